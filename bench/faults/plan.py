"""What one seed stands for: which provider, what goes wrong, how the agent behaves, what it wants."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.faults.agents import BEHAVIOURS
from bench.faults.machine import Trouble
from bench.faults.network import FAULTS, Weather
from bench.faults.services import KINDS, Kind
from bench.faults.virtual import BEGINNING
from schemas.instant import wire
from schemas.jsonvalue import JsonObject

_PAUSES = (30.0, 600.0, 3600.0)


def _asleep(step: tuple[str, int], chance: random.Random) -> Trouble:
    return Trouble(stall_at=step, stall_seconds=chance.choice(_PAUSES))


#: Troubles of the machine by name: they make the trouble of the process that is called first.
MACHINE: dict[str, Callable[[random.Random], Trouble]] = {
    "killed between intent and send": lambda chance: Trouble(die_at=("send", chance.choice((0, 0, 1, 2)))),
    "killed between send and record": lambda chance: Trouble(die_at=("sent", chance.choice((0, 0, 1, 2)))),
    "killed before recording": lambda chance: Trouble(die_at=("write", 1)),
    "killed while settling": lambda chance: Trouble(die_at=("wrote", chance.randrange(2, 6))),
    "asleep between intent and send": lambda chance: _asleep(("wrote", 0), chance),
    "asleep before recording": lambda chance: _asleep(("write", 1), chance),
    "disk full": lambda chance: Trouble(refuse_writes=range(chance.randrange(2), chance.randrange(2, 9))),
    "journal locked": lambda chance: Trouble(refuse_writes=range(1, 3), refusal="database is locked"),
    "clock set back": lambda chance: Trouble(),
    "clock set forward": lambda chance: Trouble(),
    "two processes at once": lambda chance: Trouble(),
}
#: What the clock is set by, in hours.
CLOCKS = {"clock set back": -1, "clock set forward": 1}
RACE = "two processes at once"
#: Whose keys are given to posts, and how.
NO_KEY, OWN_KEY, REUSED_KEY, TWO_TENANTS = "none", "own", "reused", "two tenants"


@dataclass(frozen=True, slots=True)
class Plan:
    """One history before it is played. ``trouble`` names what goes wrong first; more may follow."""

    seed: int
    kind: Kind
    trouble: str
    behaviour: str
    shape: str
    keys: str
    beginning: datetime = BEGINNING

    @property
    def name(self) -> str:
        """What to call it in a report: enough to play it again."""
        return f"{self.kind.provider} {self.seed} ({self.trouble}; {self.behaviour}; {self.shape}; key {self.keys})"

    @property
    def captions(self) -> tuple[str, ...]:
        """The texts of the posts that are wanted, each once."""
        return ("Caf\u00e9 one", "Caf\u00e9 two") if self.keys in (REUSED_KEY, TWO_TENANTS) else ("Caf\u00e9 one",)

    def post(self, caption: str) -> JsonObject:
        """Write create_post's arguments."""
        return {
            **self.kind.post,
            "caption": caption,
            **({"idempotency_key": "launch-1"} if self.keys != NO_KEY else {}),
            **({"scheduled_at": wire(self.beginning + timedelta(days=3))} if self.shape == "later" else {}),
            **({"mode": "draft"} if self.shape == "draft" else {}),
        }

    def trouble_of(self, chance: random.Random) -> Trouble:
        """Draw the trouble of the process that is called first."""
        return MACHINE[self.trouble](chance) if self.trouble in MACHINE else Trouble()

    def weather(self, chance: random.Random) -> Weather:
        """Draw what the net does: to which requests of a create, and to what follows."""
        lag = timedelta(seconds=chance.choice((0, 0, 8, 60)))
        if not self.kind.app:
            return Weather()
        if self.trouble not in FAULTS:
            lost = chance.choice((None, "accepted, then dropped", "dropped before", "acts after the time-out"))
            return Weather(writes=[*[None] * chance.randrange(3), lost], lag=lag)
        undisturbed: list[str | None] = [None] * chance.choice((0, 0, 1, 2))
        more = chance.choices([None, *FAULTS], k=chance.choice((0, 0, 0, 1, 3)))
        reads = chance.choices([None, *FAULTS], k=chance.choice((0, 0, 4)))
        return Weather(writes=[*undisturbed, self.trouble, *more], reads=[None, *reads], lag=lag)


def draw(seed: int, provider: str) -> Plan:
    """Draw the plan of a seed."""
    chance, kind = random.Random(f"plan {provider} {seed}"), KINDS[provider]
    troubles = [*FAULTS, *MACHINE] if kind.app else list(MACHINE)
    shapes = ("now", "now", "later", "draft") if kind.drafts else ("now", "now", "later")
    keys = (NO_KEY, NO_KEY, OWN_KEY, REUSED_KEY, TWO_TENANTS) if kind.app else (NO_KEY, OWN_KEY, REUSED_KEY)
    return Plan(
        seed, kind, chance.choice(troubles), chance.choice(list(BEHAVIOURS)), chance.choice(shapes), chance.choice(keys)
    )
