"""What one platform would get of a post, and where in the request each part of it stands."""

from dataclasses import dataclass, field

from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.accounts import Account
from sandbox.socialapi.constraints import CONSTRAINTS, Constraints
from sandbox.socialapi.library import Library
from sandbox.socialapi.posts import Post

INVALID, REQUIRED = "validation.field_invalid", "validation.field_required"


@dataclass(frozen=True, slots=True)
class Issue:
    """One objection: its code, the field that it is about, and what is to be said."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as it is for one target, or for a platform as such.

    Attributes:
        content: what it says, after inheritance.
        settings: the platform's own fields.
        account: whose post it would be; None for a platform as such.
        places: where a field stands in the request, when it is not at the top.
    """

    platform: str
    content: JsonObject
    settings: JsonObject
    library: Library
    account: Account | None = None
    board_id: str | None = None
    places: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def limits(self) -> Constraints:
        """What the platform takes."""
        return CONSTRAINTS[self.platform]

    @property
    def text(self) -> str:
        """The text, which may be empty."""
        return self.content.get("text", "")

    @property
    def title(self) -> str:
        """The title, which may be empty."""
        return self.content.get("title", "")

    @property
    def media(self) -> list[JsonObject]:
        """The media, in order."""
        return self.content.get("media", [])

    @property
    def types(self) -> list[str]:
        """The types of the media, as far as they are known."""
        return [known for known in map(self.library.content_type, self.media) if known is not None]

    @property
    def kinds(self) -> set[str]:
        """The types' first halves, which tell images and videos apart."""
        return {known.partition("/")[0] for known in self.types}

    def about(self, name: str, message: str, code: str = INVALID) -> Issue:
        """Object to a field, wherever it stands in the request."""
        return Issue(code, self.places.get(name, name), message)

    def about_setting(self, name: str, message: str, code: str) -> Issue:
        """Object to one of the platform's own fields."""
        return Issue(code, f"{self.places.get('settings', f'platform_data.{self.platform}')}.{name}", message)


def draft_for(post: Post, index: int, library: Library) -> Draft:
    """Show a post as it is for the target at ``index``; its own settings win over the post's."""
    target, own = post.targets[index], f"targets[{index}]."
    platform = target.account.platform
    places = {name: own + name for name in (*target.own, "board_id")}
    if target.settings:
        places["settings"] = f"{own}platform_data"
    settings = _settings(post, platform) | target.settings
    return Draft(platform, post.as_on(target), settings, library, target.account, target.board_id, places)


def draft_of(post: Post, platform: str, library: Library) -> Draft:
    """Show a post as it is for a platform, no account in particular."""
    return Draft(platform, post.content, _settings(post, platform), library)


def _settings(post: Post, platform: str) -> JsonObject:
    return post.content.get("platform_data", {}).get(platform, {})
