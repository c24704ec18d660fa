"""What each service is documented to answer when something is wrong: the rows of tests/data, one a fact.

``source`` says where a fact stands; what of a row the source leaves open is named in ``assumed``. ``decision`` and
``who`` are a reading of the source by itself, made without a look at the tables of the providers.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from schemas.errors import Decision, Who

DATA = Path(__file__).parents[1] / "data"
PROVIDERS = ("genviral", "postpost", "socialapi")


class Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    assumed: tuple[str, ...] = ()


class Coded(Fact):
    code: str | None = None
    message: str | None = None

    @property
    def exact(self) -> bool:
        """Whether it is one code or text, not a family of them or a status alone."""
        return self.message is not None or (self.code is not None and not self.code.endswith(("*", "<N>")))


class Answer(Coded):
    """One refusal: known by its code, or by its words, or by neither; or a ``body`` that is none of the service's.

    ``on`` are the calls that it is documented for; of those that any call may meet, two. ``doubt``: what was asked for
    may have been done all the same. ``later`` is the status that later documents print, ``field`` the wrong field that
    makes another thing of a code, ``fields`` what the body says besides.
    """

    status: int
    body: str | None = None
    field: str | None = None
    fields: tuple[str, ...] = ()
    on: tuple[str, ...] = ("create", "list")
    later: int | None = None
    decision: Decision
    who: Who
    doubt: bool = False

    @property
    def spoken(self) -> tuple[str, ...]:
        """The code as a service says it: of a platform that we know and one that we do not."""
        names = ("instagram", "elsewhere") if "<name>" in (self.code or "") else ("",)
        return tuple(spoken(self.code, name) for name in names if self.code)


class Failed(Coded):
    """One way for a delivery to fail; ``retryable`` is what the service says, ``retry`` what an agent is to be told."""

    category: str | None = None
    retryable: bool | None = None
    retry: bool

    @property
    def spoken(self) -> str | None:
        return self.code and spoken(self.code, "instagram")


class Field(Fact):
    """A field of a body beside its code: with which codes it comes, and of what its members are made."""

    field: str
    with_: tuple[str, ...]
    of: tuple[str, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class Limit(Fact):
    status: int
    code: str
    label: str | None = None
    metric: str | None = None


class Form(Fact):
    form: str
    fields: tuple[str, ...]


class Limits(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    labels_and_metrics: str
    codes: tuple[Limit, ...]
    standard: tuple[str, ...]
    context: tuple[Field, ...]
    channel: tuple[Form, ...]


class Facts(BaseModel):
    """All of one service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: tuple[Answer, ...]
    deliveries: tuple[Failed, ...]
    delivery_fields: tuple[str, ...] = ()
    limits: Limits | None = None
    meta: tuple[Field, ...] = ()


def read(provider: str) -> Facts:
    return Facts.model_validate_json((DATA / f"{provider}.json").read_text(encoding="utf-8"))


def spoken(code: str, platform: str) -> str:
    """One code of a family: of this platform, with some number, or one that nobody has heard of."""
    if code == "*":
        return "unheard.of"
    return code.replace("<name>", platform).replace("<N>", "12").replace("*", "unheard_of")
