"""What helps with a delivery that did not go well: in words, and as the call to make."""

from engine.reasons import unexplained
from engine.retrying import may_go_again, words
from engine.verdict import NEXT, look
from providers.protocol import Provider
from schemas.ability import Act
from schemas.account import Account
from schemas.board import Fix
from schemas.errors import ErrorCode
from schemas.post import Delivery, Post
from schemas.result import NextCall
from schemas.status import Status
from schemas.untrusted import clean


def fix(provider: Provider, post_id: str, post: Post, sent: Delivery, account: Account | None) -> Fix | None:
    """Say what helps with a delivery that failed, was missed, may be live, or waits for an account that is closed.

    ``post_id`` is the post's as agents know it, ``account`` the one it is on, where that is known; ``None``: nothing
    is wrong.
    """
    if sent.status in _ENDED_WELL:
        return None
    if sent.status is Status.UNKNOWN:
        return Fix(advice=_LOOK, next=look(post_id, "Find out what became of it."))
    if account is not None and account.status != "active":
        mend = clean(account.note) if account.note else "Ask the user to reconnect it."
        return Fix(advice=f"{clean(account.label)} is {account.status}. {mend}", next=NEXT[_CLOSED])
    return _failed(provider, post_id, post, sent) if sent.status in (Status.FAILED, Status.MISSED) else None


def _failed(provider: Provider, post_id: str, post: Post, sent: Delivery) -> Fix:
    row = provider.abilities[Act.RETRY]
    if unexplained(sent):
        return Fix(advice=_ASK, next=look(post_id, "See why it failed."))
    if not may_go_again(sent):
        return Fix(advice=words(sent), next=_anew(sent) if sent.retry is False else None)
    if post.status not in row.states:
        return Fix(advice=row.otherwise, next=None)
    again = {"post_id": post_id, "accounts": [sent.account]}
    return Fix(advice=_AGAIN[sent.status], next=NextCall(tool="retry_post", arguments=again, why=_ALONE))


def _anew(sent: Delivery) -> NextCall:
    arguments = {"accounts": [sent.account], "dry_run": True}
    return NextCall(tool="create_post", arguments=arguments, why="Check the mended post without sending it.")


_ENDED_WELL = (Status.PUBLISHED, Status.CANCELLED)
_CLOSED = ErrorCode.ACCOUNT_NEEDS_RECONNECT
_LOOK = "Nobody knows yet whether it was published. Do not post it again before that is known."
_ASK = "Its service says why only of one post at a time: look at it."
_ALONE = "Send it again on this account alone."
_AGAIN = {
    Status.FAILED: "It may be sent again as it is.",
    Status.MISSED: "Its time passed while nothing delivered. It may still be sent, now.",
}
