"""Our platform objects as the newer generation's ``settings`` (reference genviral 6.4): some fields change form."""

from collections.abc import Callable
from typing import Any

from schemas.jsonvalue import JsonObject


def settings(extras: JsonObject) -> JsonObject:
    """Translate the platform objects that go into ``settings``; empty when there are none."""
    return {name: _translated(extras[name], forms) for name, forms in _FORMS.items() if name in extras}


def _translated(given: JsonObject, forms: dict[str, tuple[str, Callable[[Any], Any]]]) -> JsonObject:
    found = {name: forms.get(name, (name, _same)) for name in given}
    return {theirs: form(given[ours]) for ours, (theirs, form) in found.items()}


def _same(value: object) -> object:
    return value


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _labels(words: list[str]) -> list[JsonObject]:
    return [{"label": word} for word in words]


def _tags(words: list[str]) -> list[JsonObject]:
    return [{"value": word, "label": word} for word in words]


def _path(link: str) -> JsonObject:
    return {"path": link}


# Our field -> the service's field, and the form that it wants; a field that is not here goes as it is.
_FORMS: dict[str, dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "youtube": {
        "tags": ("tags", _tags),
        "category_id": ("categoryId", _same),
        "made_for_kids": ("selfDeclaredMadeForKids", _yes_no),
        "thumbnail_url": ("thumbnail", _path),
    },
    "x": {},
    "instagram": {"collaborators": ("collaborators", _labels)},
    "facebook": {},
    "linkedin": {},
}

#: Our platform objects that lie in ``settings``, in words.
NAMES = ", ".join(_FORMS)
