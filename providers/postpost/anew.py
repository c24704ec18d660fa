"""Send failed deliveries again: PostPost repeats nothing and edits nothing that failed, so by a post made anew."""

from collections.abc import Sequence

from providers.postpost.orders import WITH_SETTINGS
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject
from schemas.post import Anew, Post, Warn

_ADVICE = "Call create_post anew on these accounts alone, with the caption, media and settings that the post had."


def anew(row: Post | None, accounts: Sequence[str]) -> Anew:
    """Tell the content of a post that its row in the list gives back (reference postpost 5.3, 6.3).

    Raises:
        Failure: it cannot be given back whole. Settings never can, and their defaults may show a post to more people
            than was meant.
    """
    unsure = [account for account in accounts if _platform(account) in WITH_SETTINGS]
    if unsure:
        message = f"PostPost does not tell with which settings the post was made for {', '.join(unsure)}."
        raise Failure(ErrorCode.NOT_SUPPORTED, message, advice=_ADVICE)
    if row is None or not row.caption.strip():
        message = "PostPost does not tell the content of this post any more."
        raise Failure(ErrorCode.NOT_SUPPORTED, message, advice=_ADVICE)
    content: JsonObject = {"caption": row.caption}
    warnings = [Warn("MADE_ANEW", "PostPost repeats nothing itself: this is a post of its own on the failed accounts.")]
    if row.media:
        content["media"] = row.media
        warnings.append(Warn("MEDIA_OF_FIRST", "Its media are PostPost's copies of those of the first post.", "media"))
    return Anew(content, tuple(warnings))


def _platform(account: str) -> str:
    return account.partition(":")[2].partition("-")[0]
