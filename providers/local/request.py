"""create_post's arguments as the embedded engine takes them."""

from schemas.request import MediaField, ModeField, PostRequest


class LocalPost(PostRequest):
    """A post through the embedded engine."""

    media: MediaField = None
    mode: ModeField = None
