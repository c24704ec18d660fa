"""All settings in one place: environment variables with the prefix ``POSTWRIGHT_``."""

import os
import re
import warnings
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, SecretStr, ValidationError

from engine.modes import Modes, ServerMode
from providers.local.vault import Place
from schemas.asset import Probing
from schemas.instant import UTC_NAME, zone
from schemas.jsonvalue import items
from server.hidden import Hidden

PREFIX = "POSTWRIGHT_"
GENVIRAL_URL = "https://www.genviral.io/api/partner/v1"
POSTPOST_URL = "https://api.postpost.dev/api/v1"
SOCIALAPI_URL = "https://api.social-api.ai/v1"

#: What a client leaves in place of a variable that it could not expand.
_UNEXPANDED = re.compile(r"\$\{[^}]*\}")


class SettingsError(Exception):
    """Raised when a setting cannot be used; the message names the variable and never its value."""


def _words(value: object) -> object:
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Folders = Annotated[tuple[Path, ...], BeforeValidator(_words)]


def _account_modes(value: object) -> object:
    """Read ``provider:id=mode, ...``; where it does not fit, the entry is named by its place, never by its value."""
    read = [_account_mode(place, word) for place, word in enumerate(items(_words(value)), 1)]
    if len({account for account, _ in read}) < len(read):
        raise ValueError("an account is named twice")
    return read


def _account_mode(place: int, word: str) -> tuple[str, str]:
    account, sign, mode = (part.strip() for part in word.rpartition("="))
    provider, _, native = account.partition(":")
    if not sign or not native or provider not in PROVIDERS or mode.lower() not in list(ServerMode):
        form = f"provider:account=mode, of {', '.join(PROVIDERS)} and of {', '.join(ServerMode)}"
        raise ValueError(f"entry {place} is not {form}")
    return account, mode.lower()


AccountModes = Annotated[tuple[tuple[str, ServerMode], ...], BeforeValidator(_account_modes)]
Mode = Annotated[ServerMode, BeforeValidator(lambda value: value.strip().lower() if isinstance(value, str) else value)]


def _zone(name: str) -> str:
    if zone(name) is None:
        raise ValueError("not an IANA time zone, such as Europe/Berlin")
    return name


Zone = Annotated[str, AfterValidator(_zone)]


def _postgres(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("must be an address such as postgresql://user:password@host/name")
    return value


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres)]


def _own_zone() -> str:
    """Ask the machine for its zone; one that does not say is taken as being at UTC."""
    import tzlocal  # noqa: PLC0415  (2 ms of cold start that POSTWRIGHT_TIMEZONE saves)

    with warnings.catch_warnings(), suppress(ValueError, OSError, ZoneInfoNotFoundError):
        warnings.simplefilter("ignore")
        name = tzlocal.get_localzone_name()
        return name if zone(name) and name not in _ALSO_UTC else UTC_NAME
    return UTC_NAME


_ALSO_UTC = ("Etc/UTC", "Etc/UCT", "UCT", "Etc/Universal", "Universal", "Etc/Zulu", "Zulu", "Etc/GMT", "GMT")


def _data_folder() -> Path:
    import platformdirs  # noqa: PLC0415  (20 ms of cold start that POSTWRIGHT_HOME saves)

    return Path(platformdirs.user_data_dir("postwright", appauthor=False))


class Settings(BaseModel):
    """What the environment says; every field is ``POSTWRIGHT_`` and its name in capitals."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    home: Path = Field(
        default_factory=_data_folder,
        description="Where the journal, the posts of the local provider and its outbox live.",
    )
    database_url: PostgresUrl | None = Field(
        None,
        description="PostgreSQL that several machines share: `postgresql://user:password@host/name`, needs the extra "
        "`postgres` (docs/scale.md). Default: SQLite in the home.",
    )
    alarm: Literal["procrastinate", "pgmq", "none"] = Field(
        "procrastinate", description="What wakes workers on PostgreSQL; none: each looks once a second."
    )
    providers: Words = Field((), description="Which providers are on, by comma. Default: those with a key, else local.")
    mode: Mode = Field(
        ServerMode.PUBLISH,
        description="How far the tools may go: `read`; `draft`: drafts alone; `approve`: a person approves what is to "
        "go out; `publish`.",
    )
    account_modes: AccountModes = Field(
        (), description="Tighter modes of single accounts: `genviral:6b0c...=draft,local:outbox=approve`."
    )
    approval_days: float = Field(
        7.0, gt=0, le=365, description="Days that a held action waits for a person; then it is dropped."
    )
    ask_seconds: float = Field(
        45.0, ge=0, le=3600, description="Seconds that a call waits for a person asked at the client; 0: none is asked."
    )
    timezone: Zone | None = Field(
        None, description="IANA zone that times are told in, unless a call names one. Default: the machine's."
    )
    genviral_api_key: SecretStr | None = Field(
        None, min_length=8, description="Genviral's API key; turns the provider on."
    )
    genviral_base_url: HttpUrl = Field(HttpUrl(GENVIRAL_URL), description="Where Genviral's API is, such as a sandbox.")
    genviral_rules: Literal["v1", "v2"] = Field(
        "v1", description="The generation of Genviral's API; `doctor` tells which it is."
    )
    genviral_concurrency: int = Field(
        3, ge=1, le=10, description="Requests to Genviral at one time, over all processes."
    )
    genviral_poll_seconds: float = Field(30.0, ge=0.05, le=600, description="Seconds between two looks at one post.")
    postpost_api_key: SecretStr | None = Field(None, min_length=8, description="PostPost's API key; turns it on.")
    postpost_base_url: HttpUrl = Field(HttpUrl(POSTPOST_URL), description="Where PostPost's API is.")
    postpost_concurrency: int = Field(3, ge=1, le=10, description="Requests to PostPost at one time, likewise.")
    postpost_user_id: str | None = Field(
        None, pattern="^[0-9a-f]{24}$", description="The managed user to act as; default: the key's owner."
    )
    socialapi_api_key: SecretStr | None = Field(None, min_length=8, description="SocialAPI.ai's API key; turns it on.")
    socialapi_base_url: HttpUrl = Field(HttpUrl(SOCIALAPI_URL), description="Where SocialAPI.ai's API is.")
    socialapi_concurrency: int = Field(3, ge=1, le=10, description="Requests to SocialAPI.ai at one time, likewise.")
    breaker_failures: int = Field(
        5, ge=0, le=100, description="Failures in a row after which a service is left alone for a while; 0: never."
    )
    send_timeout: float = Field(30.0, gt=0, le=45, description="Seconds that one request to a service may take.")
    settle_seconds: float = Field(
        120.0, ge=0.01, le=3600, description="Seconds before a look that finds nothing of a lost post counts."
    )
    settle_reads: int = Field(
        4, ge=1, le=20, description="Looks that must find nothing, before a lost post counts as not made."
    )
    journal_days: float = Field(30.0, ge=1, description="Days that the journal knows a post, and so its repeats, for.")
    journal_posts: int = Field(100_000, ge=1_000, description="Posts that the journal knows at most.")
    media_roots: Folders = Field(
        (),
        description="Folders whose files calls may name, by comma. Default: the client's, or where it starts us.",
    )
    media_days: float = Field(7.0, ge=1, description="Days that files are kept after their last use; drafts', 90 more.")
    media_bytes: int = Field(10_000_000_000, ge=1_000_000, description="Bytes of files that are kept in all.")
    probe_urls: Probing = Field(
        Probing.WARN, description="What is done about media links that do not open within 3 s: off, warn, require."
    )
    webhook_url: HttpUrl | None = Field(None, description="Turns on the account local:webhook, which posts there.")
    webhook_secret: SecretStr | None = Field(
        None, min_length=8, description="Signs the webhook's requests (Standard Webhooks)."
    )
    secrets: Place = Field(
        Place.AUTO,
        description="Where the secrets of local accounts lie: `keyring`, that of the system; `file`, readable to its "
        "owner alone; `auto`: the keyring where there is one.",
    )
    max_lateness: float = Field(
        3600.0, ge=1, description="Seconds that a local post may go out late; then it is missed."
    )
    lease_seconds: float = Field(
        60.0, ge=5, le=600, description="Seconds that a delivery stays with a process that no longer moves."
    )
    http_token: SecretStr | None = Field(
        None, min_length=8, description="Bearer token that HTTP and SSE clients must send."
    )
    http_allowed_hosts: Words = Field((), description="Further Host names that HTTP clients may use, by comma.")
    http_responses: Literal["json", "sse"] = Field(
        "json", description="How HTTP clients are answered: `sse` carries progress, `json` costs half."
    )
    log: Literal["console", "json"] = Field(
        "console", description="How the log on stderr is written: for people, or a JSON object a line."
    )
    log_level: Literal["debug", "info", "warning", "error"] | None = Field(
        None, description="The least that is logged. Default: warning on stdio, info where it serves or works."
    )

    @cached_property
    def hidden(self) -> Hidden:
        """Every secret value, for the redaction of all that leaves the process; those of accounts come to it."""
        values = (getattr(self, name) for name in type(self).model_fields)
        secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        address = urlsplit(self.database_url.get_secret_value()) if self.database_url else None
        quoted = address.password if address else None
        return Hidden([*secrets, *([quoted, unquote(quoted)] if quoted else [])])

    @property
    def providers_on(self) -> tuple[str, ...]:
        """The providers named outright; else those with a key; else ``local``."""
        return self.providers or tuple(name for name in HOSTED if self.key(name)) or ("local",)

    @property
    def modes(self) -> Modes:
        """How far calls may go."""
        return Modes(self.mode, dict(self.account_modes))

    @property
    def zone(self) -> str:
        """The time zone that times are told in."""
        return self.timezone or _own_zone()

    def key(self, provider: str) -> SecretStr | None:
        """The API key of a hosted provider."""
        return getattr(self, f"{provider}_api_key")

    def base_url(self, provider: str) -> str:
        """Where a hosted provider's API is."""
        return str(getattr(self, f"{provider}_base_url"))

    def concurrency(self, provider: str) -> int:
        """How many requests to a hosted provider may be under way at one time."""
        return getattr(self, f"{provider}_concurrency")

    def tenant(self, provider: str) -> str:
        """Name whose posts a provider makes: a digest of where they go, and under which key. Empty for ``local``."""
        key = self.key(provider) if provider in HOSTED else None
        if key is None:
            return ""
        user = self.postpost_user_id if provider == "postpost" else None
        named = "\n".join((self.base_url(provider), key.get_secret_value(), user or ""))
        return sha256(named.encode()).hexdigest()[:16]


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; an empty or unexpanded value counts as unset.

    Raises:
        SettingsError: a value cannot be used, or names a provider that does not exist or has no key.
    """
    given = _given(os.environ if environment is None else environment)
    try:
        settings = Settings.model_validate({name: value for name, value in given.items() if not ignored(value)})
    except ValidationError as error:
        lines = [f"{PREFIX}{'_'.join(map(str, line['loc'])).upper()}: {line['msg']}" for line in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    unknown = [name for name in settings.providers if name not in PROVIDERS]
    if unknown:
        raise SettingsError(f"{PREFIX}PROVIDERS: no provider {', '.join(unknown)}; there are {', '.join(PROVIDERS)}.")
    for name in HOSTED:
        if name in settings.providers and settings.key(name) is None:
            raise SettingsError(f"{PREFIX}{name.upper()}_API_KEY: not set, but {PREFIX}PROVIDERS turns {name} on.")
    return settings


def unset(environment: Mapping[str, str] | None = None) -> list[str]:
    """Name the variables that are there but count as unset, and those that are no setting of ours."""
    given = _given(os.environ if environment is None else environment)
    return [
        f"{PREFIX}{name.upper()} {'is empty or unexpanded and counts as unset' if name in known else 'is no setting'}."
        for known in [Settings.model_fields]
        for name, value in given.items()
        if name not in known or ignored(value)
    ]


def ignored(value: str) -> bool:
    """Tell a value that counts as unset: empty, or a placeholder that the client did not expand."""
    return not value.strip() or _UNEXPANDED.search(value) is not None


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    named = {name.upper(): value for name, value in environment.items()}
    return {name.removeprefix(PREFIX).lower(): value for name, value in named.items() if name.startswith(PREFIX)}


#: Providers that need a key, and all of them.
HOSTED = ("genviral", "postpost", "socialapi")
PROVIDERS = (*HOSTED, "local")
