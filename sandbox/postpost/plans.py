"""Plans: what an account may do, and how much of it (reference postpost 9)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sandbox.jsonvalue import JsonObject, is_array

#: The platforms that the service publishes to (reference postpost 2); pinterest is the eleventh key, and cannot.
PLATFORMS = (
    *("twitter", "linkedin", "instagram", "threads", "tiktok"),
    *("youtube", "facebook", "bluesky", "mastodon", "telegram"),
)

#: None of the limits may be larger, so that a time plus a horizon stays a time.
LARGEST = 36_500


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan; None is no limit.

    Attributes:
        monthly_posts: platform-posts that may become scheduled in a calendar month: a group on 3 platforms counts 3.
        queued_posts: platform-posts that may wait at once.
        scope: whether these two count per ``account`` or per ``connection``.
        horizon_days: how far ahead a post may be scheduled.
        connections: how many connections an account may hold, its managed users' among them.
        platforms: the platforms that are allowed.
        workspace_access: in life it is off until support switches it on; here it is on, for the header to be tried.
        gap_seconds: the least distance between two posts of one connection, to which update-post moves a time. That
            there is one is documented, its size is not; so there is none at first.
        past_times: ``refuse`` answers 400 to a time more than a minute past, as the seed tells; ``clamp`` takes it as
            now, as other pages tell.
    """

    name: str
    monthly_posts: int | None
    queued_posts: int | None
    scope: str
    horizon_days: int | None = None
    connections: int | None = None
    platforms: tuple[str, ...] | None = None
    api_access: bool = True
    mcp_access: bool = True
    workspace_access: bool = True
    gap_seconds: int = 0
    past_times: str = "refuse"

    def view(self) -> JsonObject:
        """Show it as the control does."""
        shown = asdict(self)
        return {"plan": shown.pop("name"), **shown}


PlanName = Literal["Starter", "Pro", "Premium"]
PLANS: dict[PlanName, Plan] = {
    "Starter": Plan("Starter", 15, 3, "account", 7, 3, tuple(PLATFORMS[1:]), api_access=False, mcp_access=False),
    "Pro": Plan("Pro", 100, 100, "connection"),
    "Premium": Plan("Premium", 500, 500, "connection"),
}


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


def _limit(value: Any) -> bool:
    return value is None or _count(value)


def _names(value: Any) -> bool:
    return value is None or (is_array(value) and all(isinstance(name, str) for name in value))


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


#: A field of the control -> (does a value fit?, what does).
FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "plan": (_one_of(*PLANS), f"one of {', '.join(PLANS)}"),
    **dict.fromkeys(
        ("monthly_posts", "queued_posts", "horizon_days", "connections"),
        (_limit, f"a whole number from 0 to {LARGEST}, or null for no limit"),
    ),
    "scope": (_one_of("account", "connection"), "account or connection"),
    "platforms": (_names, "a list of platforms, or null for all"),
    **dict.fromkeys(("api_access", "mcp_access", "workspace_access"), (_flag, "true or false")),
    "gap_seconds": (_count, f"a whole number from 0 to {LARGEST}"),
    "past_times": (_one_of("refuse", "clamp"), "refuse or clamp"),
}


def changed(plan: Plan, changes: JsonObject) -> Plan:
    """Change a plan: ``plan`` names the one to start from, the other fields change it.

    Raises:
        ValueError: a value does not fit its field; the text says what does.
    """
    for name, value in changes.items():
        fits, wanted = FIELDS[name]
        if not fits(value):
            raise ValueError(f"{name} is {wanted}.")
    rest = {name: tuple(value) if is_array(value) else value for name, value in changes.items() if name != "plan"}
    return replace(PLANS[changes["plan"]] if "plan" in changes else plan, **rest)
