"""What every create_post has in common; each provider's own request adds the fields that it takes."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Arguments(BaseModel):
    """Base of all that agents send: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Mode(StrEnum):
    """What create_post is to do with a valid post."""

    PUBLISH = "publish"
    DRAFT = "draft"


class Media(Arguments):
    """One video, or a slideshow of images in order."""

    type: Literal["video", "slideshow"]
    url: str | None = Field(
        None, description="The video: public link, file path, or media: handle; only with type video."
    )
    urls: list[str] | None = Field(
        None,
        description="The images in order (one: a list of one), only with type slideshow; each likewise.",
    )


MediaField = Annotated[Media | None, Field(description="One video or one slideshow.")]
ModeField = Annotated[Mode | None, Field(description="publish (default), or draft: keep it unsent.")]


class PostRequest(Arguments):
    """The arguments that create_post takes whoever carries the post. Their limits are rules, not part of this."""

    caption: str = Field(
        description="The text of the post. Accounts may take less than the limit: see accepts in list_accounts."
    )
    accounts: list[str] = Field(description="Account ids from list_accounts, all of one provider.")
    scheduled_at: str | None = Field(
        None,
        description="When to publish: ISO 8601 with offset (2026-12-01T15:00:00Z), or local time plus timezone. "
        "Absent or within 30 s: now.",
    )
    timezone: str | None = Field(None, description="IANA zone such as Europe/Berlin.")
    idempotency_key: str | None = Field(
        None, description="Your own name for this post: repeating it never posts twice."
    )
    allow_duplicate: bool | None = Field(None, description="True: post again although the same post was just made.")
    dry_run: bool | None = Field(None, description="True: check everything, send nothing.")
