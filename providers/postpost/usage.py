"""What can be told of the plan: the service has no call for it (reference postpost 9), so what waits is counted."""

from collections import Counter

from providers.postpost import pages, records
from providers.postpost.looking import Looking
from schemas.instant import Clock
from schemas.jsonvalue import members
from schemas.post import Limit, Usage
from schemas.status import Status

#: The service's own word for what waits (reference postpost 6.1).
_METRIC = "posts.scheduled_active"

_UNTOLD = (
    "PostPost tells what a plan allows only in the error when a limit is met: neither the plan nor any limit, "
    "remaining number or reset is known here."
)
_COUNTED = (
    "Counted here is what waits to go out now. A post on several accounts counts once for each of them; what was "
    "published this month is not told."
)


async def usage(looking: Looking, clock: Clock) -> Usage:
    """Count what waits, for each account: one page of the list.

    Raises:
        Failure: the service could not be asked.
    """
    answer = await looking.listing(1, pages.MAX_PAGE, {"status": records.FILTERS[Status.SCHEDULED]})
    waiting = [sent.account for post in records.listed(answer, clock()) for sent in post.deliveries]
    limits = tuple(Limit(f"{_METRIC} {account}", used=count) for account, count in sorted(Counter(waiting).items()))
    if members(answer.get("pagination")).get("hasNextPage") is True:
        more = f"More than {pages.MAX_PAGE} posts wait: the newest {pages.MAX_PAGE} of them are counted."
        return Usage(limits=limits, notes=(_UNTOLD, _COUNTED, more))
    return Usage(limits=limits or (Limit(_METRIC, used=0),), notes=(_UNTOLD, _COUNTED))
