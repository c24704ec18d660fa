"""SocialAPI's own Python SDK, unchanged, against the sandbox: what it can do with the service it can do here.

The SDK repeats by itself on 408, 409, 429 and 5xx (reference socialapi 13); where that is not the matter, it is off.
"""

import os
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from socialapi import (
    APIStatusError,
    APITimeoutError,
    AsyncSocialAPI,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    InternalServerError,
    NotFoundError,
    NotSupportedError,
    PlatformRateLimitError,
    RateLimitError,
    SocialAPI,
    StorageQuotaExceededError,
)

from sandbox.serve import running
from sandbox.socialapi import create_app
from tests.clients.target import running as running_process
from tests.independent.standin import Standin, standing

KEY = "sapi_key_sdk"
FACEBOOK, THREADS = [{"account_id": "acc_01BBB"}], [{"account_id": "acc_01GGG"}]


@pytest.fixture
def service() -> Generator[Standin]:
    with standing(create_app(worker_delay=0.0)) as found:
        yield found


@pytest.fixture
def sdk(service: Standin) -> Generator[SocialAPI]:
    with SocialAPI(api_key=KEY, base_url=service.url, max_retries=0) as client:
        yield client


def later() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)


def test_it_reaches_the_sandboxs_command_by_its_own_two_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_process(["sandbox", "socialapi"], os.environ) as url:
        monkeypatch.setenv("SOCIALAPI_API_KEY", KEY)
        monkeypatch.setenv("SOCIALAPI_BASE_URL", url)
        with SocialAPI() as client:
            assert "instagram" in {account.platform for account in client.accounts.list()}


def test_it_reads_every_account_with_its_state(sdk: SocialAPI) -> None:
    states = {account.id: account.status for account in sdk.accounts.list()}
    assert states["acc_01BBB"] == "active"
    assert states["acc_01PPP"] == "reconnect_required"
    assert [page.is_default for page in sdk.accounts.list_pages("acc_01BBB")] == [True, False]


def test_it_makes_a_draft_a_scheduled_and_a_published_post_and_reads_them_again(sdk: SocialAPI) -> None:
    moment = later()
    made = [
        sdk.publishing.create(text="Draft", targets=FACEBOOK),
        sdk.publishing.create(text="Later", targets=FACEBOOK, scheduled_at=moment),
        sdk.publishing.create(text="Now", targets=FACEBOOK, publish_now=True),
    ]
    assert [post.status for post in made] == ["draft", "scheduled", "published"]
    assert [sdk.posts.get(post.id) for post in made] == made
    assert [post.scheduled_at for post in made] == [None, moment, None]
    [sent] = made[2].targets or []
    assert (sent.status, sent.account_id, sent.error) == ("published", "acc_01BBB", None)
    assert sent.permalink


def test_it_goes_through_a_list_page_by_page_and_sees_each_post_once(sdk: SocialAPI) -> None:
    made = [sdk.publishing.create(text=f"Post {number}", targets=FACEBOOK).id for number in range(7)]
    page = sdk.posts.list(limit=3)
    assert (len(page), page.has_next_page()) == (3, True)
    listed = list(page)
    assert sorted(post.id for post in listed) == sorted(made)
    newest_first = list(sdk.posts.list(limit=2, sort="created_desc"))
    assert all(one.created_at >= other.created_at for one, other in pairwise(newest_first))
    assert len(newest_first) == len(made)


def test_its_filters_filter(sdk: SocialAPI) -> None:
    sdk.publishing.create(text="A draft about tea", targets=FACEBOOK)
    sdk.publishing.create(text="On Threads", targets=THREADS, publish_now=True)
    assert [post.text for post in sdk.posts.list(status="published")] == ["On Threads"]
    assert [post.text for post in sdk.posts.list(account_ids=["acc_01BBB"])] == ["A draft about tea"]
    assert [post.text for post in sdk.posts.list(search="TEA")] == ["A draft about tea"]


def test_it_changes_a_post_as_a_resource_and_as_an_object(sdk: SocialAPI) -> None:
    post = sdk.publishing.create(text="First", targets=FACEBOOK)
    assert sdk.publishing.update(post.id, text="Second").text == "Second"
    moment = later()
    assert post.update(text="Third", scheduled_at=moment).scheduled_at == moment
    assert sdk.posts.get(post.id).text == "Third"


def test_it_deletes_what_waits_and_what_is_live(sdk: SocialAPI, service: Standin) -> None:
    waiting = sdk.publishing.create(text="Later", targets=FACEBOOK, scheduled_at=later())
    live = sdk.publishing.create(text="Now", targets=FACEBOOK, publish_now=True)
    assert waiting.delete().deleted
    [removed] = sdk.posts.delete(live.id).results
    assert (removed.account_id, removed.outcome) == ("acc_01BBB", "deleted")
    with pytest.raises(NotFoundError) as gone:
        sdk.posts.get(waiting.id)
    assert gone.value.code == "post.not_found"
    assert all(post["deleted_at"] for post in service.posts())


def test_it_sends_only_the_failed_delivery_again(sdk: SocialAPI, service: Standin) -> None:
    service.control("delivery", acc_01BBB={"fail": "platform.facebook.api_error", "message": "upstream failure"})
    post = sdk.publishing.create(text="Two", targets=FACEBOOK + THREADS, publish_now=True)
    assert post.status == "partial"
    [failed] = [sent for sent in post.targets or [] if sent.error]
    assert failed.error
    assert (failed.error.code, failed.error.message) == ("platform.facebook.api_error", "upstream failure")
    service.control("delivery", acc_01BBB={})
    sdk.posts.retry(post.id)
    healed = sdk.posts.get(post.id)
    assert (healed.status, healed.retry_count) == ("published", 1)
    assert [post["appearances"] for post in service.posts()] == [{"acc_01BBB": 1, "acc_01GGG": 1}]
    with pytest.raises(ConflictError):
        healed.retry()


def test_a_post_that_failed_everywhere_is_an_error_to_it_with_the_post_as_its_body(
    sdk: SocialAPI, service: Standin
) -> None:
    service.control("delivery", acc_01BBB={"fail": "platform.facebook.api_error"})
    with pytest.raises(APIStatusError) as caught:
        sdk.publishing.create(text="Doomed", targets=FACEBOOK, publish_now=True)
    assert (caught.value.status_code, caught.value.code) == (422, None)
    assert (caught.value.body or {})["status"] == "failed"


def test_it_asks_what_would_be_refused_and_what_platforms_take(sdk: SocialAPI) -> None:
    found = sdk.publishing.validate(text="x" * 501, account_ids=["acc_01GGG"])
    assert (found.valid, [(issue.field, issue.target) for issue in found.errors]) == (False, [("text", "acc_01GGG")])
    assert sdk.publishing.get_constraints()["threads"].text.max_length == 500
    assert sdk.usage.get().brands_limit == 10


CODES: list[tuple[int, str, type[APIStatusError]]] = [
    (400, "validation.field_invalid", BadRequestError),
    (401, "auth.invalid_key", AuthenticationError),
    (401, "platform.threads.auth", AuthenticationError),
    (403, "account.reconnection_required", ForbiddenError),
    (404, "post.not_found", NotFoundError),
    (409, "post.state_invalid", ConflictError),
    (413, "billing.storage_quota", StorageQuotaExceededError),
    (429, "ratelimit.exceeded", RateLimitError),
    (429, "billing.post_limit", RateLimitError),
    (429, "platform.instagram.rate_limit", PlatformRateLimitError),
    (500, "system.internal", InternalServerError),
    (501, "resource.not_supported", NotSupportedError),
    (402, "billing.past_due", APIStatusError),
]


def test_it_has_its_own_class_for_each_refusal_and_reads_code_words_and_id(sdk: SocialAPI, service: Standin) -> None:
    for status, code, kind in CODES:
        service.fault(f"status:{status}:{code}")
        with pytest.raises(APIStatusError) as caught:
            sdk.publishing.create(text="Refused", targets=FACEBOOK)
        assert type(caught.value) is kind, code
        assert (caught.value.status_code, caught.value.code) == (status, code)
        assert caught.value.message != f"HTTP {status}"
        assert caught.value.request_id == caught.value.response.headers["X-Request-ID"]
    assert service.posts() == []


def test_it_still_reads_the_flat_errors_of_before(sdk: SocialAPI, service: Standin) -> None:
    service.fault("status:400:validation.field_invalid:flat")
    with pytest.raises(BadRequestError) as caught:
        sdk.publishing.create(text="Refused", targets=FACEBOOK)
    assert (caught.value.code, caught.value.message) == ("field_invalid", "field is invalid")


@pytest.mark.parametrize("key", ["sapi_key_revoked", "some other token", "sapi_key_ghost"])
def test_a_dead_key_is_an_authentication_error(service: Standin, key: str) -> None:
    with SocialAPI(api_key=key, base_url=service.url) as client, pytest.raises(AuthenticationError):
        client.accounts.list()


def test_a_key_that_may_only_read_is_forbidden_to_write(service: Standin) -> None:
    with SocialAPI(api_key="sapi_key_readonly", base_url=service.url) as client:
        assert client.posts.list().data == []
        with pytest.raises(ForbiddenError):
            client.publishing.create(text="No", targets=FACEBOOK)


def test_it_waits_out_a_throttle_as_it_is_told_and_then_succeeds(service: Standin) -> None:
    service.fault("retry_after:0:ratelimit.exceeded", times=2)
    with SocialAPI(api_key=KEY, base_url=service.url) as client:
        assert client.publishing.create(text="Patient", targets=FACEBOOK).status == "draft"
    assert len(service.posts()) == 1


def test_its_blind_repeat_after_a_lost_answer_doubles_the_post_which_is_what_the_journal_is_for(
    service: Standin,
) -> None:
    service.fault("accept_then_status:503")
    with SocialAPI(api_key=KEY, base_url=service.url) as client:
        client.publishing.create(text="Twice", targets=FACEBOOK, publish_now=True)
    assert [(post["text"], post["status"]) for post in service.posts()] == [("Twice", "published")] * 2


def test_a_slow_answer_is_a_time_out_to_it(sdk: SocialAPI, service: Standin) -> None:
    service.fault("slow:30")
    with pytest.raises(APITimeoutError):
        sdk.publishing.create(text="Slow", targets=FACEBOOK, timeout=0.1)


@pytest.mark.anyio
async def test_its_asynchronous_half_works_as_well() -> None:
    async with running(create_app(worker_delay=0.0)) as url, AsyncSocialAPI(api_key=KEY, base_url=url) as client:
        made = [await client.publishing.create(text=f"Post {number}", targets=FACEBOOK) for number in range(3)]
        listed = [post.id async for post in await client.posts.list(limit=2)]
        assert sorted(listed) == sorted(post.id for post in made)
        assert (await made[0].delete()).deleted
        with pytest.raises(NotFoundError):
            await client.posts.get(made[0].id)
