"""create_post's arguments as the embedded engine takes them: what every post has, and an object of each network."""

from typing import Any, Optional

from pydantic import Field, create_model

from providers.networks.catalogue import KINDS
from schemas.request import MediaField, ModeField, PostRequest


class _Shared(PostRequest):
    """A post through the embedded engine, whatever the networks."""

    media: MediaField = None
    mode: ModeField = None


_OWN: dict[str, Any] = {
    # An annotation that is a value knows no other form.
    kind.platform: (Optional[kind.settings], Field(None, description=f"For {kind.platform} accounts."))  # noqa: UP045
    for kind in KINDS.values()
    if kind.settings
}

LocalPost: type[PostRequest] = create_model("LocalPost", __base__=_Shared, __doc__=_Shared.__doc__, **_OWN)
