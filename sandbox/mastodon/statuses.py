"""Statuses: made, read, changed and deleted, each as the profile has it."""

import unicodedata
from datetime import datetime, timedelta

import anyio
from starlette.requests import Request
from starlette.responses import Response

from sandbox.clock import instant
from sandbox.jsonvalue import JsonObject, is_array, is_object, read, reply
from sandbox.mastodon.profiles import No
from sandbox.mastodon.state import Media, Refusal, Scheduled, State, Status
from sandbox.mastodon.text import graphemes

VISIBILITIES = ("public", "unlisted", "private", "direct")
#: Seconds between looking a key up and keeping it: in these, the same call again makes another status (peers 4).
UNGUARDED = 0.03
_LARGEST_PAGE, _PAGE = 40, 20


async def create(state: State, request: Request) -> Response:
    """POST /api/v1/statuses."""
    asked, profile, origin = await _arguments(state, request), state.profile, origin_of(request)
    key = request.headers.get("idempotency-key") if profile.key_seconds else None
    kept = state.keys.get(key or "")
    if kept and kept[0] > state.clock.now():
        if isinstance(kept[1], Scheduled):
            return reply(state.view_scheduled(kept[1], origin))
        kept[1].requests += 1
        return reply(state.view(kept[1], origin))
    made = _made(state, asked)
    await anyio.sleep(UNGUARDED if key else 0)
    if isinstance(made, Scheduled):
        state.scheduled.append(made)
        shown = state.view_scheduled(made, origin)
    else:
        made.key = request.headers.get("idempotency-key")
        state.statuses.append(made)
        shown = state.view(made, origin)
    for media in made.media:
        media.used_by = made.id
    if key:
        state.keys[key] = (state.clock.now() + timedelta(seconds=profile.key_seconds), made)
    return reply(shown)


async def show(state: State, request: Request) -> Response:
    """GET /api/v1/statuses/:id."""
    return reply(state.view(state.status(request.path_params["id"]), origin_of(request)))


async def source(state: State, request: Request) -> Response:
    """GET /api/v1/statuses/:id/source."""
    if not state.profile.tells_source:
        raise Refusal(state.profile.no_status)
    status = state.status(request.path_params["id"])
    return reply({"id": status.id, "text": status.text, "spoiler_text": status.spoiler_text})


async def listed(state: State, request: Request) -> Response:
    """GET /api/v1/accounts/:id/statuses."""
    if request.path_params["id"] != state.account_id:
        raise Refusal(state.profile.no_status, "Record not found")
    shown = [one for one in state.living if state.profile.lists_all or one.visibility in ("public", "unlisted")]
    before = request.query_params.get("max_id")
    ids = [status.id for status in shown]
    shown = shown[ids.index(before) + 1 :] if before in ids else shown
    limit = min(int(request.query_params.get("limit", _PAGE)), _LARGEST_PAGE)
    return reply([state.view(status, origin_of(request)) for status in shown[:limit]])


async def edit(state: State, request: Request) -> Response:
    """PUT /api/v1/statuses/:id."""
    status, asked = state.status(request.path_params["id"]), await _arguments(state, request)
    status.text, status.edited_at = _text(asked, "status"), state.clock.now()
    if not state.profile.edits_in_place:
        status.id = state.new_id()
    return reply(state.view(status, origin_of(request)))


async def delete(state: State, request: Request) -> Response:
    """DELETE /api/v1/statuses/:id."""
    status = state.status(request.path_params["id"])
    shown = {**state.view(status, origin_of(request)), "text": status.text}
    if status.gone_at is None:
        status.gone_at = state.clock.now() + timedelta(seconds=state.profile.deletes_after)
    return reply(shown)


async def waiting(state: State, request: Request) -> Response:
    """GET /api/v1/scheduled_statuses."""
    return reply([state.view_scheduled(one, origin_of(request)) for one in state.scheduled])


async def reschedule(state: State, request: Request) -> Response:
    """PUT /api/v1/scheduled_statuses/:id."""
    found, asked = _waiting(state, request), await _arguments(state, request)
    moved = instant(_text(asked, "scheduled_at"))
    if moved is None:
        raise Refusal(No(422), "Validation failed: Scheduled at is invalid")
    found.scheduled_at = moved
    return reply(state.view_scheduled(found, origin_of(request)))


async def unschedule(state: State, request: Request) -> Response:
    """DELETE /api/v1/scheduled_statuses/:id."""
    state.scheduled.remove(_waiting(state, request))
    return reply({})


def origin_of(request: Request) -> str:
    """Name the server as the caller does."""
    return f"http://{request.headers.get('host', '127.0.0.1')}"


def _waiting(state: State, request: Request) -> Scheduled:
    found = next((one for one in state.scheduled if one.id == request.path_params["id"]), None)
    if found is None:
        raise Refusal(state.profile.no_status, "Record not found")
    return found


async def _arguments(state: State, request: Request) -> JsonObject:
    if not request.headers.get("content-type", "").startswith("application/json"):
        async with request.form() as form:
            several = {name.removesuffix("[]"): form.getlist(name) for name in form if name.endswith("[]")}
            return {**{name: value for name, value in form.items() if not name.endswith("[]")}, **several}
    try:
        body = read(await request.body())
        if is_object(body):
            return body
    except ValueError:
        pass
    if state.profile.bad_json:
        raise Refusal(state.profile.bad_json, "Bad Request: the body is not JSON")
    return {}


def _made(state: State, asked: JsonObject) -> Status | Scheduled:
    """Make a status of a request, or what waits to be one.

    Raises:
        Refusal: the profile refuses it.
    """
    profile, now = state.profile, state.clock.now()
    text, spoiler = _text(asked, "status"), _text(asked, "spoiler_text")
    media = _media(state, asked.get("media_ids"))
    if not text.strip() and not media and profile.empty:
        raise Refusal(profile.empty, "status text is missing")
    if _length(state, spoiler + text) > profile.max_characters:
        words = f"Validation failed: Text character limit of {profile.max_characters} exceeded"
        raise Refusal(No(422 if profile.counts == "graphemes" else 400), words)
    visibility = _visibility(state, asked.get("visibility"))
    created_at = _time(state, asked.get("scheduled_at"))
    if created_at is not None and created_at > now:
        return Scheduled(state.new_id(), created_at, {**asked, "text": text}, media)
    sensitive = asked.get("sensitive") in (True, "true", "1")
    language = _text(asked, "language") or None
    return Status(
        state.new_id(), text.strip(), created_at or now, visibility, spoiler, sensitive, language, media=media
    )


def _time(state: State, asked: object) -> datetime | None:
    """Tell the time that a status is to have; ``None``: now, whatever was asked."""
    rows, zulu, now = state.profile.scheduling, state.profile.zulu, state.clock.now()
    if not isinstance(asked, str):
        return None
    if zulu and not asked.endswith("Z"):
        raise Refusal(zulu, "Invalid scheduled_at")
    if rows is None:
        return None
    moment = instant(asked)
    if moment is None:
        raise Refusal(rows.soon, "Validation failed: Scheduled at is invalid")
    if moment <= now:
        if isinstance(rows.past, No):
            raise Refusal(rows.past, _FUTURE)
        return moment
    if moment < now + timedelta(seconds=rows.ahead):
        raise Refusal(rows.soon, _FUTURE)
    return moment


def _visibility(state: State, asked: object) -> str:
    profile = state.profile
    if asked is None or asked == "":
        return profile.visibility
    if asked in VISIBILITIES:
        return str(asked)
    if isinstance(profile.unknown_visibility, No):
        raise Refusal(profile.unknown_visibility, "Validation failed: Visibility is not included in the list")
    return profile.unknown_visibility


def _media(state: State, asked: object) -> list[Media]:
    profile, found = state.profile, list[Media]()
    for media_id in asked if is_array(asked) else []:
        media = state.media.get(str(media_id))
        if media is None:
            if profile.unknown_media:
                raise Refusal(profile.unknown_media, "Validation failed: Media not found")
        elif media.used_by and profile.used_media:
            raise Refusal(profile.used_media, "Validation failed: Media has already been used")
        elif media.looks:
            raise Refusal(No(422), _UNPROCESSED)
        else:
            found.append(media)
    if len(found) > profile.most_media and profile.fewer:
        raise Refusal(profile.fewer, "too many media attachments")
    return found


def _length(state: State, text: str) -> int:
    if state.profile.counts == "graphemes":
        return graphemes(text, state.profile.reserved)
    return len(unicodedata.normalize("NFC", text)) if state.profile.counts == "characters" else 0


def _text(asked: JsonObject, name: str) -> str:
    value = asked.get(name)
    return value if isinstance(value, str) else ""


_FUTURE = "Validation failed: Scheduled at The scheduled date must be in the future"
_UNPROCESSED = "Cannot attach files that have not finished processing. Try again in a moment!"
