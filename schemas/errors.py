"""The one table of everything that can go wrong: our error code, whose move it is, and what helps.

Each provider module maps its own codes onto these rows; documents and results are made from them.
"""

from dataclasses import dataclass

from schemas.codes import Category, Decision, ErrorCode, Outcome, Who

__all__ = ["ENTRIES", "Category", "Decision", "Entry", "ErrorCode", "Outcome", "Who"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: the code's HTTP-like status, its family, and the default verdict.

    ``after_seconds`` is the wait where the answer names none; ``same_key`` says that the repeat
    must carry the same idempotency key.
    """

    status: int
    category: Category
    decision: Decision
    who: Who
    advice: str
    after_seconds: int | None = None
    same_key: bool = False


_FIX, _WAIT, _ASK, _LOOK = Decision.FIX_AND_RETRY, Decision.WAIT_THEN_RETRY, Decision.ASK_USER, Decision.CHECK_FIRST
_INPUT, _AUTH, _PLAN, _CONFLICT = Category.INPUT, Category.AUTH, Category.PLAN, Category.CONFLICT
_UPSTREAM, _OURS = Category.UPSTREAM, Category.OURS

ENTRIES: dict[ErrorCode, Entry] = {
    ErrorCode.INVALID_PAYLOAD: Entry(
        422, _INPUT, _FIX, Who.AGENT, "Correct the fields listed in problems, then call again."
    ),
    ErrorCode.VALIDATION_FAILED: Entry(
        400, _INPUT, _FIX, Who.AGENT, "Change what the named accounts do not accept, or leave those accounts out."
    ),
    ErrorCode.UNKNOWN_TOOL: Entry(404, _INPUT, _FIX, Who.AGENT, "Call one of the tools that are listed."),
    ErrorCode.UNKNOWN_ACCOUNTS: Entry(
        400, _INPUT, _FIX, Who.AGENT, "Read the account ids with list_accounts and use those."
    ),
    ErrorCode.MISSING_ACCOUNTS: Entry(
        400, _INPUT, _FIX, Who.AGENT, "Name at least one active account from list_accounts."
    ),
    ErrorCode.INVALID_MUSIC_URL: Entry(
        400, _INPUT, _FIX, Who.AGENT, "Give the link of a public TikTok post, or leave music_url out."
    ),
    ErrorCode.MEDIA_UNREACHABLE: Entry(
        400, _INPUT, _FIX, Who.AGENT, "Give public media links that open without a login, then call again."
    ),
    ErrorCode.INVALID_QUERY: Entry(400, _INPUT, _FIX, Who.AGENT, "Correct the filter named in problems."),
    ErrorCode.TOO_MANY_POSTS: Entry(400, _INPUT, _FIX, Who.AGENT, "Name fewer posts per call."),
    ErrorCode.NOT_FOUND: Entry(
        404,
        _INPUT,
        _FIX,
        Who.AGENT,
        "Look the id up with list_posts; it may have been deleted or belong to another key.",
    ),
    ErrorCode.NOT_SUPPORTED: Entry(
        422,
        _INPUT,
        Decision.DO_NOT_RETRY,
        Who.AGENT,
        "The platform cannot do this at all: leave its accounts out, or tell the user that it cannot be done there.",
    ),
    ErrorCode.PLATFORM_REFUSED: Entry(
        422,
        _INPUT,
        _FIX,
        Who.AGENT,
        "The platform looked at the content and refused it: change what provider_error names, then call again.",
    ),
    ErrorCode.UNAUTHORIZED: Entry(
        401, _AUTH, _ASK, Who.USER, "Ask the user for a valid API key; the service did not accept this one."
    ),
    ErrorCode.SUBSCRIPTION_REQUIRED: Entry(
        402, _PLAN, _ASK, Who.USER, "Tell the user that the service needs an active paid plan for this."
    ),
    ErrorCode.PLAN_FORBIDS: Entry(
        403, _PLAN, _ASK, Who.USER, "Tell the user that the plan of this key does not include this."
    ),
    ErrorCode.QUOTA_REACHED: Entry(
        429,
        _PLAN,
        _ASK,
        Who.USER,
        "Tell the user that an allowance of the plan is used up. "
        "No repeat helps before its period ends or the plan is larger.",
    ),
    ErrorCode.FORBIDDEN: Entry(403, _AUTH, _ASK, Who.USER, "Tell the user that this key may not do that."),
    ErrorCode.MODE_FORBIDS: Entry(
        403,
        _AUTH,
        _ASK,
        Who.USER,
        "Tell the user that the mode of this server does not allow this: "
        "POSTWRIGHT_MODE and POSTWRIGHT_ACCOUNT_MODES say how far its tools may go.",
    ),
    ErrorCode.DECLINED: Entry(
        403,
        _AUTH,
        Decision.DO_NOT_RETRY,
        Who.AGENT,
        "A person saw this action and declined it. Do not call again; ask the user what they want instead.",
    ),
    ErrorCode.ACCOUNT_NEEDS_RECONNECT: Entry(
        403,
        _AUTH,
        _ASK,
        Who.USER,
        "Ask the user to reconnect the account at the service: its platform no longer accepts the login. "
        "The API key is fine. Leave the account out meanwhile.",
    ),
    ErrorCode.SETUP_NEEDED: Entry(
        403,
        _AUTH,
        _ASK,
        Who.USER,
        "Tell the user what has to be set up at the service or the platform first; provider_error names it. "
        "Leave the account out meanwhile.",
    ),
    ErrorCode.IDEMPOTENCY_CONFLICT: Entry(
        409,
        _CONFLICT,
        _FIX,
        Who.AGENT,
        "This idempotency key belongs to another post: use a new key, or repeat the first request unchanged.",
    ),
    ErrorCode.DUPLICATE_POST: Entry(
        409,
        _CONFLICT,
        _ASK,
        Who.USER,
        "The same post was made within 24 hours. If the user wants it twice, call again with allow_duplicate true.",
    ),
    ErrorCode.IMMUTABLE: Entry(
        409, _CONFLICT, _FIX, Who.AGENT, "This cannot be changed any more; leave the field out."
    ),
    ErrorCode.STATE_CONFLICT: Entry(
        409,
        _CONFLICT,
        _LOOK,
        Who.AGENT,
        "It is in another state than this call needs. Look with check_status and choose what its state allows.",
    ),
    ErrorCode.IN_PROGRESS: Entry(
        409,
        _CONFLICT,
        _LOOK,
        Who.AGENT,
        "The same post is being sent right now by another call. Look with check_status.",
        after_seconds=5,
        same_key=True,
    ),
    ErrorCode.RATE_LIMITED: Entry(
        429, Category.THROTTLE, _WAIT, Who.NOBODY, "Wait, then repeat the same call.", after_seconds=30, same_key=True
    ),
    ErrorCode.REJECTED: Entry(
        400, _INPUT, _FIX, Who.AGENT, "The service refused this request; read provider_error and change the request."
    ),
    ErrorCode.PROVIDER_ERROR: Entry(
        502, _UPSTREAM, _WAIT, Who.NOBODY, "The service failed. Repeat later.", after_seconds=10, same_key=True
    ),
    ErrorCode.PROVIDER_UNREACHABLE: Entry(
        503,
        _UPSTREAM,
        _WAIT,
        Who.NOBODY,
        "The service could not be reached, so nothing was sent. Repeat the same call.",
        after_seconds=10,
        same_key=True,
    ),
    ErrorCode.PROVIDER_TIMEOUT: Entry(
        504,
        _UPSTREAM,
        _WAIT,
        Who.NOBODY,
        "The service did not answer in time. Repeat.",
        after_seconds=10,
        same_key=True,
    ),
    ErrorCode.PROVIDER_PAUSED: Entry(
        503,
        _UPSTREAM,
        _WAIT,
        Who.NOBODY,
        "The service failed several times in a row and is left alone for a while, so nothing was sent. "
        "Wait, then repeat the same call.",
        after_seconds=15,
        same_key=True,
    ),
    ErrorCode.UNEXPECTED_ANSWER: Entry(
        502, _UPSTREAM, _WAIT, Who.NOBODY, "The service's answer made no sense. Repeat once.", after_seconds=10
    ),
    ErrorCode.OUTCOME_UNKNOWN: Entry(
        504,
        _UPSTREAM,
        _LOOK,
        Who.AGENT,
        "The post may be live. Do not create it again: call check_status as given in next.",
        after_seconds=15,
        same_key=True,
    ),
    ErrorCode.STORAGE_FAILED: Entry(
        507,
        _OURS,
        _ASK,
        Who.OPERATOR,
        "postwright could not write its journal, so it sent nothing. Free disk space or correct POSTWRIGHT_HOME.",
    ),
    ErrorCode.MISCONFIGURED: Entry(
        500,
        _OURS,
        _ASK,
        Who.OPERATOR,
        "Ask whoever runs postwright to correct its settings: they do not fit the service.",
    ),
    ErrorCode.INTERNAL_ERROR: Entry(
        500, _OURS, Decision.DO_NOT_RETRY, Who.OPERATOR, "postwright failed; its log has the request_id."
    ),
}
