"""What happens to real processes, and at which instant: killed, or put to sleep, drawn from a seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bench.faults.agents import BEHAVIOURS
from bench.faults.plan import NO_KEY, OWN_KEY, Plan
from bench.faults.services import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Blow:
    """SIGKILL, or SIGSTOP for ``asleep`` seconds, ``after`` seconds past an instant that can be seen from outside.

    The instants: ``called`` (a call is on its way to the process); ``step 0 arrived`` (the service has the first
    request of a create and has not acted on it), ``step 0 acted`` (it has, and has not answered), ``step 0 answered``;
    or a state of the disk (`bench.faults.director`). A request that has arrived when its sender is killed is lost,
    unless the service acts on it ``late`` seconds later.
    """

    at: str
    after: float = 0.0
    asleep: float = 0.0
    late: float | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """What happens in one history.

    ``faults`` are the sandbox's, each with the path of the request that meets it; ``partner`` is what a second process
    does: it ``races`` with the same call, ``follows`` with it after the first blow, or only ``lives``; ``pauses`` are
    those of impatient agents.
    """

    blows: tuple[Blow, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    partner: str | None = None
    pauses: tuple[float, ...] = (0.0, 1.0, 5.0)
    victim: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Chance, and the paths of the requests that make a post, in their order."""

    chance: random.Random
    creates: tuple[str, ...]

    def step(self) -> int:
        """Draw the request at which something happens."""
        return self.chance.randrange(len(self.creates))

    def side(self) -> str:
        """Draw on which side of the service's doing it happens."""
        return self.chance.choice(("arrived", "acted"))

    def soon(self) -> float:
        """Draw a moment: from one thousandth of a second to a third, the short ones as often as the long ones."""
        return 10 ** self.chance.uniform(-3, -0.5)


#: Answers that are lost although the service acted or will act, and requests on which it did not act.
LOST = ("accept_then_drop", "accept_then_drop:eof", "accept_then_html_500", "accept_then_status:502",
        "accept_then_slow:3", "slow:1.3")  # fmt: skip
NOT_DONE = ("drop_before", "drop_before:eof", "html_500", "status:502", "status:503", "retry_after:1")


def _killed_at(side: str) -> Callable[[Drawn], Script]:
    return lambda drawn: Script((Blow(f"step {drawn.step()} {side}"),))


def _killed_and_done_late(drawn: Drawn) -> Script:
    return Script((Blow(f"step {drawn.step()} arrived", late=drawn.chance.uniform(0.2, 5.0)),))


def _killed_as_the_answer_arrives(drawn: Drawn) -> Script:
    return Script((Blow(f"step {drawn.step()} answered", after=drawn.chance.choice((0.0, 0.001, 0.003, 0.01))),))


def _killed_while_settling(drawn: Drawn) -> Script:
    step = drawn.step()
    lost = (drawn.creates[step], drawn.chance.choice((*LOST, "drop_before")))
    return Script((Blow(f"step {step + 1} {drawn.side()}"),), (lost,))


def _killed_twice(drawn: Drawn) -> Script:
    step = drawn.step()
    return Script((Blow(f"step {step} {drawn.side()}"), Blow(f"step {step + 1} {drawn.side()}")))


def _killed_and_repeated(drawn: Drawn) -> Script:
    return Script((Blow(f"step {drawn.step()} {drawn.side()}"),), pauses=(0.0,))


def _killed_soon(drawn: Drawn) -> Script:
    lost = drawn.chance.choice((None, *LOST))
    return Script((Blow("called", drawn.soon()),), ((drawn.creates[drawn.step()], lost),) if lost else ())


def _one_of_two_killed(drawn: Drawn) -> Script:
    blow = Blow(f"step {drawn.step()} {drawn.side()}")
    return Script((blow,), partner="races", victim=drawn.chance.randrange(2))


def _asleep_before_sending(drawn: Drawn) -> Script:
    return Script((Blow("intent on the disk", asleep=drawn.chance.choice((2.0, 5.0, 13.0))),))


def _asleep_before_recording(drawn: Drawn) -> Script:
    return Script((Blow(f"step {drawn.step()} acted", asleep=drawn.chance.choice((0.5, 2.0, 5.0))),))


def _asleep_past_the_lease(drawn: Drawn) -> Script:
    at = drawn.chance.choice(("intent on the disk", f"step {drawn.step()} {drawn.side()}"))
    blow = Blow(at, asleep=drawn.chance.uniform(34.0, 42.0))
    return Script((blow,), partner=drawn.chance.choice(("follows", "lives")))


def _disturbed(faults: tuple[str, ...]) -> Callable[[Drawn], Script]:
    def disturb(drawn: Drawn) -> Script:
        met = drawn.chance.choices(faults, k=drawn.chance.choice((1, 1, 2)))
        return Script(faults=tuple((drawn.creates[drawn.step()], fault) for fault in met))

    return disturb


def _killed_on(instant: str) -> Callable[[Drawn], Script]:
    return lambda drawn: Script((Blow(instant, drawn.chance.choice((0.0, 0.0, 0.001, 0.003))),))


#: Troubles of posts to a hosted service, by name; what is rehearsed first comes first.
HOSTED: dict[str, Callable[[Drawn], Script]] = {
    "killed between intent and send": _killed_at("arrived"),
    "killed between send and record": _killed_at("acted"),
    "killed while settling": _killed_while_settling,
    "killed, and the service acts later": _killed_and_done_late,
    "one of two killed": _one_of_two_killed,
    "killed, repeated at once": _killed_and_repeated,
    "asleep longer than the lease": _asleep_past_the_lease,
    "killed at a random moment": _killed_soon,
    "killed as the answer arrives": _killed_as_the_answer_arrives,
    "killed twice": _killed_twice,
    "asleep between intent and send": _asleep_before_sending,
    "asleep before recording": _asleep_before_recording,
    "answer lost": _disturbed(LOST),
    "not accepted": _disturbed(NOT_DONE),
}
#: Troubles of posts to the outbox and a webhook.
LOCAL: dict[str, Callable[[Drawn], Script]] = {
    "killed at a random moment": lambda drawn: Script((Blow("called", drawn.soon() / 10),)),
    "killed with the intent on the disk": _killed_on("intent on the disk"),
    "killed while delivering": _killed_on("delivery under way"),
    "killed while the webhook thinks": lambda drawn: Script((Blow(f"step 0 {drawn.side()}"),)),
    "one of two killed": lambda drawn: Script(
        (Blow(drawn.chance.choice(("called", "intent on the disk", "delivery under way")), drawn.soon() / 30),),
        partner="races",
        victim=drawn.chance.randrange(2),
    ),
    "killed with the post on the disk": _killed_on("post on the disk"),
    "killed with the file on the disk": _killed_on("file in the outbox"),
    "killed, repeated at once": lambda drawn: Script((Blow("called", drawn.soon() / 10),), pauses=(0.0,)),
    "killed twice": lambda drawn: Script((Blow("intent on the disk"), Blow("delivery under way"))),
    "asleep longer than the lease": lambda drawn: Script(
        (Blow(drawn.chance.choice(("intent on the disk", "delivery under way")), asleep=drawn.chance.uniform(34, 42)),),
        partner=drawn.chance.choice(("follows", "lives")),
    ),
}
#: The requests that make a post for now at each service; one for later or to be kept takes the first alone.
CREATES = {
    "genviral": ("/posts",),
    "postpost": ("/create-post",),
    "socialapi": ("/posts", "/posts/{id}/publish"),
    "local": ("/hook",),
}


def draw(seed: int, now: datetime) -> tuple[Plan, Script]:
    """Draw the history of a seed: the provider and the trouble take turns, the rest is chance."""
    provider = list(KINDS)[seed % len(KINDS)]
    chance, kind = random.Random(f"real {seed}"), _kind(provider)
    troubles = HOSTED if kind.app else LOCAL
    ahead = 2 * list(KINDS).index(provider) if kind.app else 0
    trouble = list(troubles)[(seed // len(KINDS) + ahead) % len(troubles)]
    shapes = ("now", "now", "later", "draft") if kind.drafts else ("now", "now", "later")
    shape = chance.choice(shapes) if kind.app else "now"
    behaviour = "repeats blindly" if "repeated" in trouble else chance.choice(list(BEHAVIOURS))
    plan = Plan(seed, kind, trouble, behaviour, shape, chance.choice((NO_KEY, OWN_KEY)), now)
    creates = CREATES[provider] if shape == "now" else CREATES[provider][:1]
    return plan, troubles[trouble](Drawn(chance, creates))


def _kind(provider: str) -> Kind:
    kind = KINDS[provider]
    return kind if kind.app else replace(kind, post={"accounts": ["local:outbox", "local:webhook"]})
