"""The workspace: plan, usage and events (reference socialapi 9, 10)."""

from sandbox.clock import iso
from sandbox.jsonvalue import JsonObject
from sandbox.socialapi.constraints import CONSTRAINTS
from sandbox.socialapi.envelope import Answer, Refusal
from sandbox.socialapi.limits import wire
from sandbox.socialapi.paging import cut
from sandbox.socialapi.service import Call, Service

PAGE = 50
PAGES_PER_BRAND = 5
USER = "c2a1f7d0-6e4b-4d8f-9b35-8f1e0d7c6a54"

#: The parameters of GET /events that ask for one value of a field.
EXACT = ("category", "status", "platform", "account_id", "resource_id", "action")


def get_usage(service: Service, call: Call) -> Answer:
    """Tell what is used up in this period, and of what."""
    start, end = service.meter.period
    plan = service.meter.limits.plan
    brands = {account.brand_id for account in service.accounts}
    counts = {
        "posts": (service.meter.posts_used, plan.posts),
        "interactions": (0, plan.interactions),
        "brands": (len(service.accounts.brands), plan.brands),
        "profile_units": (len(brands), plan.brands),
    }
    body: JsonObject = {f"{name}_used": used for name, (used, _) in counts.items()}
    body |= {f"{name}_limit": wire(most) for name, (_, most) in counts.items()}
    body |= {"page_allowance": PAGES_PER_BRAND, "page_billing_exempt": False}
    return Answer(body | {"period_start": iso(start), "period_end": iso(end)})


def get_user(service: Service, call: Call) -> Answer:
    """Show the caller's plan; also when the bill is unpaid."""
    limits = service.meter.limits
    platforms = CONSTRAINTS if limits.platforms is None else limits.platforms
    body: JsonObject = {
        "id": USER,
        "email": "ada@lumen.example",
        "plan": limits.name,
        "allowed_platforms": sorted(platforms),
        "billing_blocked": limits.past_due,
        "billing_blocked_at": iso(service.meter.started) if limits.past_due else None,
    }
    return Answer(body)


def list_events(service: Service, call: Call) -> Answer:
    """List what happened, newest first, as far back as the plan goes."""
    days = service.meter.limits.plan.retention_days
    wanted = {name: call.query[name] for name in EXACT if name in call.query}
    found = [event for event in service.events.since(days) if wanted.items() <= event.about.items()]
    page = cut(found, lambda event: (event.at, event.number), call.query, usual=PAGE, newest_first=True)
    body = {"events": [event.view() for event in page.items], "pagination": page.pagination()}
    return Answer(body | {"retention_days": days})


def provision(service: Service, call: Call) -> Answer:
    """Refuse what is for the dashboard alone."""
    raise Refusal("auth.dashboard_only")
