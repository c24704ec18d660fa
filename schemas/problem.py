"""One thing wrong with a request, told so that an agent can mend it without asking."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ProblemCode(StrEnum):
    """What kind of thing is wrong."""

    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    OUT_OF_RANGE = "out_of_range"
    REPEATED = "repeated"
    NOT_ALLOWED = "not_allowed"
    BAD_FORMAT = "bad_format"
    UNPRINTABLE = "unprintable"
    TOGETHER = "forbidden_together"
    NEEDS = "needs"
    UNSUPPORTED = "unsupported"
    UNKNOWN_ACCOUNT = "unknown_account"
    ACCOUNT_STATE = "account_not_usable"
    MIXED_PROVIDERS = "mixed_providers"
    NO_OFFSET = "no_offset"
    IN_THE_PAST = "in_the_past"
    NO_SUCH_TIME = "no_such_time"
    AMBIGUOUS_TIME = "ambiguous_time"
    REFUSED = "refused_by_provider"


class Problem(BaseModel):
    """One problem: where (a JSON pointer into the arguments), what, and the fix.

    ``rule`` names the cross-field rule that was broken, for rules no JSON schema keyword can say.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    code: ProblemCode
    message: str
    fix: str
    limit: int | float | str | None = None
    actual: int | float | str | None = None
    unit: str | None = None
    accounts: list[str] | None = None
    rule: str | None = None


def issues(problems: list[Problem]) -> dict[str, list[str] | dict[str, list[str]]]:
    """Sort problems into ``formErrors`` and ``fieldErrors`` by top-level field (seed 000's shape)."""
    form: list[str] = []
    fields: dict[str, list[str]] = {}
    for problem in problems:
        field = problem.path.split("/")[1] if "/" in problem.path else ""
        (fields.setdefault(field, []) if field else form).append(problem.message)
    return {"formErrors": form, "fieldErrors": fields}
