"""Reading posts from requests: what a body says about content, targets and time (reference socialapi 4.0, 4.1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sandbox.jsonvalue import JsonObject, is_object
from sandbox.socialapi.accounts import Accounts
from sandbox.socialapi.envelope import invalid
from sandbox.socialapi.fields import Fields
from sandbox.socialapi.posts import Post, Target

VISIBILITIES = ("public", "private", "connections_only", "logged_in")
SOURCES = ("url", "media_id", "platform_attachment_id")
KINDS = ("image", "video", "audio", "file")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a body asks for; None is what it does not mention."""

    content: JsonObject
    targets: list[Target] | None
    scheduled_at: datetime | None
    publish_now: bool
    unchecked: bool


def read_wish(fields: Fields, accounts: Accounts) -> Wish:
    """Read the body of a create or of a change.

    Raises:
        Refusal: a field has the wrong type or a wrong value, or an account does not exist.
    """
    content = _content(fields)
    settings = fields.object("platform_data")
    if settings is not None:
        for platform, found in settings.items():
            if not is_object(found):
                raise invalid(f"platform_data.{platform}", f"platform_data.{platform} must be an object")
        content["platform_data"] = settings
    if fields.has("segments"):
        content["segments"] = [one.body for one in fields.objects("segments")]
    if fields.has("hidden"):
        content["hidden"] = fields.flag("hidden")
    fields.flag("skip_duplicate_check")
    targets = [_target(one, accounts) for one in fields.objects("targets")] if fields.has("targets") else None
    return Wish(
        content, targets, fields.moment("scheduled_at"), fields.flag("publish_now"), fields.flag("skip_validation")
    )


def new_post(wish: Wish, now: datetime) -> Post:
    """Make a draft of what a create asks for.

    Raises:
        Refusal: ``validation.field_required`` when there is neither text nor anything else to show.
    """
    if not wish.content.get("text") and not any(name in wish.content for name in ("media", "segments", "title")):
        raise invalid("text", "text is required", "validation.field_required")
    return Post(str(uuid4()), wish.content, now, now, targets=wish.targets or [], scheduled_at=wish.scheduled_at)


def _content(fields: Fields) -> JsonObject:
    """Read what a post may say, and a target in its own way."""
    found: JsonObject = {name: fields.text(name) for name in ("text", "title", "first_comment") if fields.has(name)}
    if fields.has("visibility"):
        found["visibility"] = fields.word("visibility", VISIBILITIES)
    if fields.has("media"):
        found["media"] = [_medium(one) for one in fields.objects("media")]
    elif fields.has("media_ids"):  # addresses among the ids are ignored silently (reference socialapi 4.1)
        ids = [one for one in fields.texts("media_ids") if "://" not in one]
        found["media"] = [{"source_type": "media_id", "source": one} for one in ids]
    return found


def _medium(fields: Fields) -> JsonObject:
    fields.required("source_type")
    found: JsonObject = {"source_type": fields.word("source_type", SOURCES), "source": fields.required("source")}
    if found["source_type"] == "platform_attachment_id":
        fields.required("type")
    if fields.has("type"):
        found["type"] = fields.word("type", KINDS)
    return found


def _target(fields: Fields, accounts: Accounts) -> Target:
    account = accounts.get(fields.required("account_id"), fields.at("account_id"))
    page_id, board_id = fields.text("page_id"), fields.text("board_id")
    if account.platform == "pinterest":
        if page_id and board_id:
            raise invalid(fields.at("page_id"), "page_id and board_id cannot be sent together")
        page_id, board_id = None, board_id or page_id
    settings = fields.object("platform_data") or {}
    return Target(account, _content(fields), settings, page_id, board_id, fields.moment("scheduled_at"))
