"""The accounts over HTTP: listing, connecting, pages, boards and what is left of them (reference socialapi 7)."""

from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from sandbox.clock import iso
from sandbox.controls import ControlError
from sandbox.interceptor import CONTROLS
from sandbox.jsonvalue import JsonObject, reply
from sandbox.socialapi.accounts import PAGED, PREFIX, Account
from sandbox.socialapi.admission import platform_is_available
from sandbox.socialapi.constraints import CONSTRAINTS
from sandbox.socialapi.envelope import Answer, Refusal
from sandbox.socialapi.rules import PRIVACY
from sandbox.socialapi.service import Call, Service

#: Where a person would consent; here the visit of the address is the consent.
CONSENT = f"{CONTROLS}/consent"

#: The platforms of which an account can be connected, those for messages alone too.
PLATFORMS = frozenset(CONSTRAINTS) | {"whatsapp", "telegram"}

#: Posts that Instagram takes in a day, by the documents of the seed's time.
INSTAGRAM_DAILY = 25


def list_accounts(service: Service, call: Call) -> Answer:
    """List the accounts, all at once."""
    brand = call.query.get("brand_id")
    found = [account.view() for account in service.accounts if brand in (None, account.brand_id)]
    return Answer({"data": found, "count": len(found)})


def list_brands(service: Service, call: Call) -> Answer:
    """List the brands, all at once."""
    used, since = [account.brand_id for account in service.accounts], iso(service.meter.started)
    found = [
        {"id": brand, "name": name, "accounts_count": used.count(brand), "created_at": since, "updated_at": since}
        for brand, name in service.accounts.brands.items()
    ]
    return Answer({"data": found, "count": len(found)})


def list_pages(service: Service, call: Call) -> Answer:
    """List an account's pages."""
    return Answer({"data": _of(service, call, PAGED, "account.pages_not_supported").pages()})


def update_page(service: Service, call: Call) -> Answer:
    """Switch a page on or off."""
    account = _of(service, call, PAGED, "account.pages_not_supported")
    page_id = call.path["page_id"]
    if page_id not in {page["id"] for page in account.pages()}:
        raise Refusal("resource.not_found", "no such page", resource="page", id=page_id)
    if call.fields.has("is_active"):
        change = account.inactive_pages.discard if call.fields.flag("is_active") else account.inactive_pages.add
        change(page_id)
    return Answer(next(page for page in account.pages() if page["id"] == page_id))


def list_boards(service: Service, call: Call) -> Answer:
    """List a Pinterest account's boards."""
    account = _of(service, call, {"pinterest"}, "resource.not_supported")
    _ask_platform(service, account)
    return Answer({"data": account.boards()})


def get_limits(service: Service, call: Call) -> Answer:
    """Tell how many posts an Instagram account may still make today."""
    account = _of(service, call, {"instagram"}, "resource.not_supported")
    if not account.alive(service.clock.now()):
        raise Refusal("account.reconnection_required")
    since = service.clock.now() - timedelta(days=1)
    targets = (target for post in service.posts for target in post.targets if target.account is account)
    used = sum(target.published_at is not None and target.published_at > since for target in targets)
    return Answer({"posts_remaining": max(INSTAGRAM_DAILY - used, 0)})


def get_creator_info(service: Service, call: Call) -> Answer:
    """Tell what TikTok lets a creator choose from; asked of TikTok itself, so that a dead login shows."""
    account = _of(service, call, {"tiktok"}, "resource.not_supported")
    _ask_platform(service, account)
    body: JsonObject = {
        "can_post": True,
        "privacy_level_options": list(PRIVACY),
        "interaction_settings": {"comment_disabled": False, "duet_disabled": False, "stitch_disabled": False},
        "max_video_duration_sec": 600,
        "nickname": account.name,
    }
    return Answer(body)


def connect_account(service: Service, call: Call) -> Answer:
    """Begin to connect an account, or to connect it again: a person has to consent at ``auth_url``."""
    fields = call.fields
    platform, brand = fields.required("platform"), fields.text("brand_id")
    if platform not in PLATFORMS:
        raise Refusal("account.unsupported_platform", f"{platform} is not recognized")
    platform_is_available(service, platform)
    limits, brands = service.meter.limits, service.accounts.brands
    if brand is not None and brand not in brands:
        raise Refusal("brand.not_found")
    if brand is None and limits.plan.brands is not None and len(brands) >= limits.plan.brands:
        raise Refusal("billing.brands_limit", plan=limits.name, max=limits.plan.brands)
    state = fields.text("state") or uuid4().hex
    asked = {"platform": platform, "brand_id": brand or str(uuid4()), "state": state}
    query = urlencode(asked, errors="replace")  # half a surrogate pair is a text in JSON, and none in an address
    body = {"auth_url": f"{call.origin}{CONSENT}?{query}", "state": state, "message": "open auth_url to consent"}
    return Answer(body | {"metadata": {}}, 202)


def get_oauth_url(service: Service, call: Call) -> Answer:
    """Do what `connect_account` does: seed 004 names this address alone, and no answer to it."""
    answer = connect_account(service, Call(dict(call.query), None, call.path, {}, call.origin))
    return Answer(answer.body)


async def consent(service: Service, request: Request) -> Response:
    """Connect what `connect_account` began: an account of that platform and brand is revived, or made."""
    query = request.query_params
    platform, brand = query.get("platform", ""), query.get("brand_id", "")
    same = (one for one in service.accounts if (one.platform, one.brand_id) == (platform, brand))
    account = next(same, None)
    if platform not in PLATFORMS or not brand:
        raise ControlError("An address that POST /accounts/connect gave is needed.")
    if account is None:
        account = Account(f"{PREFIX}{uuid4().hex[:12]}", platform, "newcomer", "Newcomer", brand)
        service.accounts.add(account)
    account.reconnect()
    service.events.about_account("account.connected", account)
    return reply({"status": "success", "platform": platform, "state": query.get("state"), "account_id": account.id})


def disconnect_account(service: Service, call: Call) -> Answer:
    """Disconnect an account; what is scheduled for it will fail."""
    account = service.accounts.get(call.path["id"])
    service.accounts.remove(account)
    service.events.about_account("account.disconnected", account, reason="user", reconnect_required=False)
    return Answer(None, 204)


def _of(service: Service, call: Call, platforms: Collection[str], code: str) -> Account:
    """Find the account that is meant, if its platform has what is asked for."""
    account = service.accounts.get(call.path["id"])
    if account.platform not in platforms:
        raise Refusal(code)
    return account


def _ask_platform(service: Service, account: Account) -> None:
    """Ask the platform itself: a login that has just died shows as its refusal, a known death as ours.

    Raises:
        Refusal: ``account.reconnection_required`` or ``platform.<name>.auth``.
    """
    known_dead = account.reconnect_reason is not None
    if not account.alive(service.clock.now()):
        raise Refusal("account.reconnection_required" if known_dead else f"platform.{account.platform}.auth")
