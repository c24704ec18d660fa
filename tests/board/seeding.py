"""A home with posts in every state, taken in as an export of another: so many of them, made in no time."""

import json
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any, TypeAlias

from engine.clock import utc_now
from providers.local.ledger import stamp
from providers.local.lines import VERSION
from schemas.instant import wire
from server.version import own_version
from tests.operations.commands import run

ACCOUNTS = {
    "local:bluesky-alice": ("bluesky", "Alice in Berlin"),
    "local:mastodon-shop": ("mastodon", "Lumen Shop"),
    "local:telegram-news": ("telegram", "Lumen News"),
    "local:discord-team": ("discord", "Releases"),
}
CAPTIONS = (
    (
        "Launch day! Lumen One is out: designed in the open, built to be repaired, shipped from tomorrow. Thank you to "
        "everyone who tried the first ones with us, wrote back, and was patient when the glass was late.\n\nThe whole "
        "story: https://example.com/lumen\n\n#lumen #repair #berlin"
    ),
    "Behind the scenes: how the glass is blown",
    "Three ways to hang a lamp, and one you should never try",
    "Questions and answers this Thursday at six. Bring yours about light, glass and repair.",
    "A lamp that lasts: the spare parts are on sale now, for every lamp we ever made",
    "Winter hours: the workshop is open until eight",
    "Sunday reading: why warm light is kinder in the evening",
)
REFUSED = "The server refused the password of this account."
Stands: TypeAlias = tuple[str, int | None, str | None]
#: State, retry, error of what is past, and of what is to come; a few of each are not as one would wish.
_OUT: Stands = ("published", None, None)
_FAILED: Stands = ("failed", 1, REFUSED)
_MISSED: Stands = ("missed", 1, None)
_WAITS: Stands = ("scheduled", None, None)
_DRAFT: Stands = ("draft", None, None)
_PAST = [*[_OUT] * 10, _FAILED, _MISSED]
_COMING = [*[_WAITS] * 7, _DRAFT]
SLIDES = {"type": "slideshow", "urls": [f"https://cdn.example.com/lumen-{place}.jpg" for place in (1, 2, 3)]}


def seed(home: Path, count: int, *, captions: tuple[str, ...] = CAPTIONS) -> None:
    """Fill a home with so many posts around now: 7 for a week, 300 for a month."""
    home.mkdir(parents=True, exist_ok=True)
    now = utc_now().replace(second=0, microsecond=0)
    accounts = [_account(name, *known, now) for name, known in ACCOUNTS.items()]
    every = timedelta(hours=20) if count < 20 else timedelta(days=36) / count
    first = now - every * (count // 6 + 1) + timedelta(hours=2)
    posts = [
        _post(place, caption, first + every * place, now)
        for place, caption in enumerate(islice(cycle(captions), count))
    ]
    head = {"type": "export", "version": VERSION, "postwright": own_version(), "exported_at": wire(now)}
    lines = [head, *accounts, *posts, {"type": "end", "lines": len(accounts) + len(posts)}]
    source = home.parent / f"{count}-posts.jsonl"
    source.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    taken = run(home, "import", str(source))
    assert taken.returncode == 0, taken.stderr


def _account(name: str, platform: str, title: str, now: datetime) -> dict[str, Any]:
    nothing: dict[str, Any] = {"username": None, "kind": None, "capabilities": None, "settings": {}}
    times = {"added_at": stamp(now), "changed_at": stamp(now)}
    return {"type": "account", "id": name, "platform": platform, "name": title, **nothing, **times}


def _post(place: int, caption: str, at: datetime, now: datetime) -> dict[str, Any]:
    states = _PAST if at < now else _COMING
    # The first of all failed, so that there is always one.
    stands = _FAILED if place == 0 else states[place % len(states)]
    names = list(islice(cycle(ACCOUNTS), place % 4, place % 4 + 1 + place % 3))
    sent = [
        _delivery(f"del_{place}_{number}", name, at, stands)
        if number == 0
        else _delivery(f"del_{place}_{number}", name, at, _beside(stands))
        for number, name in enumerate(dict.fromkeys(names))
    ]
    return {
        "type": "post",
        "id": f"pst_{place:04}",
        "key": f"key_{place}",
        "caption": caption,
        "media": SLIDES if place % 3 == 0 else None,
        "assets": None,
        "settings": None,
        "scheduled_at": stamp(at),
        "created_at": stamp(min(at, now) - timedelta(days=3)),
        "deliveries": sent,
    }


def _beside(stands: Stands) -> Stands:
    """How the other deliveries of a post fared."""
    return ("published" if stands[0] == "failed" else stands[0], None, None)


def _delivery(name: str, account: str, at: datetime, stands: Stands) -> dict[str, Any]:
    state, retry, error = stands
    out = state == "published"
    return {
        "id": name,
        "account": account,
        "platform": ACCOUNTS[account][0],
        "state": state,
        "wake_at": stamp(at) if state == "scheduled" else None,
        "due_at": stamp(at),
        "since": None,
        "tries": 1 if state in ("published", "failed") else 0,
        "refusals": 0,
        "doubt": 0,
        "retry": retry,
        "url": f"https://social.example/{name}" if out else None,
        "remote_id": name if out else None,
        "error": error,
        "published_at": stamp(at) if out else None,
        "handed_over": state == "scheduled",
    }
