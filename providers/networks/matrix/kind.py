"""Matrix as the registry has it. What speaks to a homeserver is loaded when an account is there to speak for."""

from collections.abc import Mapping

from providers.networks.kind import Ask, Kind, Login, Means
from providers.networks.matrix.limits import RULES
from providers.networks.network import Network
from schemas.rule import AltText
from schemas.units import Unit


async def _log_in(told: Mapping[str, str], means: Means) -> Login:
    from providers.networks.matrix.login import log_in  # noqa: PLC0415  (most servers have no account there)

    return await log_in(told, means)


def _connect(login: Login, means: Means) -> Network:
    from providers.networks.matrix.network import Matrix  # noqa: PLC0415  (most servers have no account there)

    return Matrix(login, means)


KIND = Kind(
    platform="matrix",
    title="Matrix",
    asks=(
        Ask("homeserver", "Homeserver, such as https://matrix.example.com"),
        Ask("room", "Room: its alias (#name:server) or id (!...)"),
        Ask("token", "Access token (leave empty to log in with a password)", secret=True, default=""),
        Ask("user", "User (with a password)", default=""),
        Ask("password", "Password", secret=True, default=""),
    ),
    log_in=_log_in,
    connect=_connect,
    rules=RULES,
    alt_text=AltText(1_500),
    unit=Unit.BYTES,
)
