"""How far a server may go: its mode, that of single accounts, and what follows for a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class ServerMode(StrEnum):
    """What the tools may do, from the tightest to the widest."""

    READ = "read"
    DRAFT = "draft"
    APPROVE = "approve"
    PUBLISH = "publish"


class Effect(StrEnum):
    """How far a call reaches: ``keep`` touches only what is not to go out, ``publish`` what does or did."""

    KEEP = "keep"
    PUBLISH = "publish"


class Ruling(StrEnum):
    """What becomes of a call; ``held``: a person decides."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    HELD = "held"


RULINGS: dict[ServerMode, dict[Effect, Ruling]] = {
    ServerMode.READ: {Effect.KEEP: Ruling.FORBIDDEN, Effect.PUBLISH: Ruling.FORBIDDEN},
    ServerMode.DRAFT: {Effect.KEEP: Ruling.ALLOWED, Effect.PUBLISH: Ruling.FORBIDDEN},
    ServerMode.APPROVE: {Effect.KEEP: Ruling.ALLOWED, Effect.PUBLISH: Ruling.HELD},
    ServerMode.PUBLISH: {Effect.KEEP: Ruling.ALLOWED, Effect.PUBLISH: Ruling.ALLOWED},
}


@dataclass(frozen=True, slots=True)
class Modes:
    """The server's mode, and the modes of accounts by id; the tightest of all that a call touches counts."""

    server: ServerMode = ServerMode.PUBLISH
    accounts: Mapping[str, ServerMode] = field(default_factory=dict[str, ServerMode])

    def of(self, accounts: Sequence[str]) -> ServerMode:
        """The mode of a call on these accounts; of one whose accounts nobody knows, that of the tightest."""
        own = [self.accounts.get(name, self.server) for name in accounts] or self.accounts.values()
        return min([self.server, *own], key=list(ServerMode).index)

    def ruling(self, effect: Effect, accounts: Sequence[str]) -> Ruling:
        """What becomes of a call with this effect on these accounts."""
        return RULINGS[self.of(accounts)][effect]

    def setting(self, accounts: Sequence[str]) -> str:
        """Name the setting that made the mode of a call what it is."""
        mode = self.of(accounts)
        if mode is self.server:
            return f"POSTWRIGHT_MODE={mode}"
        tight = [name for name in accounts or self.accounts if self.accounts.get(name) is mode]
        return f"POSTWRIGHT_ACCOUNT_MODES ({', '.join(f'{name}={mode}' for name in tight[:_SHOWN])})"


_SHOWN = 3
