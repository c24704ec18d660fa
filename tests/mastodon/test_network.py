"""The network itself on every implementation: logins, doubts looked into, refusals told apart, deletions."""

from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from providers.networks.mastodon.network import Mastodon
from providers.networks.network import Kept, Parcel, Published, Window
from providers.protocol import Failure
from schemas.errors import ErrorCode
from schemas.units import Unit
from tests.local.networked import means
from tests.local.receiver import answers, receiver
from tests.mastodon.desk import KIND, Standing, parcel, picture, utc_now
from tests.media.files import encoded

pytestmark = pytest.mark.anyio

CREATE = "/api/v1/statuses"


async def published(network: Mastodon, sent: Parcel) -> Published:
    return await (await network.prepare(sent))(Window(utc_now, 60))


async def refusal(network: Mastodon, sent: Parcel | None = None) -> Failure:
    with pytest.raises(Failure) as refused:
        await published(network, sent or parcel())
    return refused.value


async def test_an_answer_that_is_lost_after_the_post_is_made_is_found_again_and_once(
    standing: Standing, tmp_path: Path
) -> None:
    network = await standing.connected(tmp_path)
    caption = "A & B <3 https://example.social/a/very/long/path/to/it?a=b&c=d @bob@example.social #x"
    sent = parcel(caption, **picture(tmp_path, "A dot"))
    await published(network, parcel("Something else", "dlv_0"))
    assert await network.find(sent) is None
    await standing.fault(CREATE, "accept_then_drop")
    assert (await refusal(network, sent)).doubt
    found = await network.find(sent)
    made = [status for status in await standing.statuses() if status["text"] == caption]
    assert found == Published(f"{standing.url}/@ada/{made[0]['id']}", made[0]["id"])
    assert len(made) == 1
    await network.aclose()


async def test_a_post_like_it_in_all_but_one_thing_is_not_taken_for_it(standing: Standing, tmp_path: Path) -> None:
    network = await standing.connected(tmp_path)
    await published(network, parcel("Good morning"))
    warned = {"mastodon": {"spoiler_text": "Early"}}
    for other in (
        parcel("Good morning!"),
        parcel("Good morning", settings=warned),
        parcel("Good morning", **picture(tmp_path, None)),
    ):
        assert await network.find(other) is None
    assert await network.find(parcel("Good morning")) is not None
    await network.aclose()


async def test_the_same_words_of_an_earlier_day_are_not_taken_for_it(standing: Standing, tmp_path: Path) -> None:
    network = await standing.connected(tmp_path)
    await standing.steer("clock", advance_seconds=-60)
    await published(network, parcel("Good morning"))
    await standing.steer("clock", advance_seconds=60)
    assert await network.find(parcel("Good morning")) is None
    await network.aclose()


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_where_what_is_not_public_may_not_be_listed_its_absence_proves_nothing(
    standing: Standing, tmp_path: Path, visibility: str
) -> None:
    network = await standing.connected(tmp_path, visibility=visibility)
    sent = parcel("For few")
    if standing.profile.name == "mastodon":
        assert await network.find(sent) is None
    else:
        with pytest.raises(Failure, match=f"may not list what is {visibility}"):
            await network.find(sent)
    await published(network, sent)
    if standing.profile.lists_all:
        assert await network.find(sent) is not None
    assert [status["visibility"] for status in await standing.statuses()] == [visibility]
    await network.aclose()


async def test_a_post_behind_a_page_of_others_is_found_and_after_too_many_pages_nothing_is_claimed(
    standing: Standing, tmp_path: Path
) -> None:
    network = await standing.connected(tmp_path)
    sent = parcel("The first")
    await published(network, sent)
    async with anyio.create_task_group() as group:
        for number in range(85):
            group.start_soon(published, network, parcel(f"Post {number}", f"dlv_{number}"))
    assert await network.find(sent) is not None
    async with anyio.create_task_group() as group:
        for number in range(120):
            group.start_soon(published, network, parcel(f"More {number}", f"dlv_more_{number}"))
    with pytest.raises(Failure, match="too many"):
        await network.find(sent)
    await network.aclose()


async def test_what_a_post_is_told_besides_its_caption_arrives(standing: Standing, tmp_path: Path) -> None:
    network = await standing.connected(tmp_path)
    told = {"visibility": "unlisted", "spoiler_text": "Food", "language": "de"}
    await published(network, parcel("Soup", settings={"mastodon": told}))
    await published(network, parcel("Bread", "dlv_2", settings={"mastodon": {"sensitive": True}}))
    soup, bread = await standing.statuses()
    assert {name: soup[name] for name in told} == told
    assert (soup["sensitive"], bread["sensitive"], bread["visibility"], bread["language"]) == (
        True,
        True,
        "public",
        None,
    )
    await network.aclose()


async def test_every_delivery_has_a_key_of_its_own_that_its_repeats_share(standing: Standing, tmp_path: Path) -> None:
    network = await standing.connected(tmp_path)
    for delivery in ("dlv_1", "dlv_1", "dlv_2"):
        await published(network, parcel("Hello", delivery))
    statuses = await standing.statuses()
    assert len({status["key"] for status in statuses}) == 2
    assert len(statuses) == (2 if standing.profile.key_seconds else 3)
    await network.aclose()


async def test_a_post_is_deleted_and_may_be_deleted_twice(standing: Standing, tmp_path: Path) -> None:
    network = await standing.connected(tmp_path)
    made = await published(network, parcel())
    for _ in range(2):
        await network.take_back(made.remote_id or "")
    await network.take_back("never/was?")
    assert [status["deleted"] for status in await standing.statuses()] == [True]
    await standing.fault("/api/v1/statuses/{id}", "accept_then_drop", "DELETE")
    with pytest.raises(Failure) as lost:
        await network.take_back(made.remote_id or "")
    assert lost.value.doubt
    await network.aclose()


async def test_a_revoked_token_asks_for_a_new_one_whatever_is_done(standing: Standing, tmp_path: Path) -> None:
    network = await standing.connected(tmp_path)
    await standing.revoke()
    failures = [await refusal(network), await refusal(network, parcel(**picture(tmp_path, None)))]
    for asked in (network.greet(), network.find(parcel()), network.take_back("1")):
        with pytest.raises(Failure) as refused:
            await asked
        failures.append(refused.value)
    assert {failure.code for failure in failures} == {ErrorCode.ACCOUNT_NEEDS_RECONNECT}
    assert not any(failure.doubt for failure in failures)
    assert failures[0].advice
    assert "new access token" in failures[0].advice
    with pytest.raises(Failure) as again:
        await standing.login(tmp_path)
    assert again.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT
    await network.aclose()


async def test_an_account_is_told_with_the_limits_of_its_server(standing: Standing, tmp_path: Path) -> None:
    login, profile = await standing.login(tmp_path), standing.profile
    account, host = login.account, standing.url.removeprefix("http://")
    assert (account.id, account.name, account.username) == (standing.account, "Ada", f"ada@{host}")
    able = account.capabilities
    assert able
    assert (able.caption_limit, able.max_images) == (profile.max_characters, profile.most_media)
    told = (able.caption_unit, able.link_length)
    assert told == ((None, 23) if profile.name == "mastodon" else (Unit.CHARACTERS, None))
    network = await standing.connected(tmp_path)
    assert await network.greet() == f"@ada@{host}"
    await network.aclose()


@pytest.mark.parametrize("standing", ["mastodon"], indirect=True)
async def test_a_film_is_waited_for_until_it_is_processed(standing: Standing, tmp_path: Path) -> None:
    path = encoded(tmp_path / "film.mp4")
    kept = Kept(str(path), "video/mp4", "Waves")
    network = await standing.connected(tmp_path)
    sent = parcel(media={"type": "video", "url": "media:a"}, files={"media:a": kept})
    await published(network, sent)
    [status] = await standing.statuses()
    assert [(media["type"], media["description"]) for media in status["media"]] == [("video", "Waves")]
    looks = [entry["status"] for entry in await standing.requests() if entry["path"].startswith("/api/v1/media/")]
    assert looks == [206, 200]
    await network.aclose()


@pytest.mark.parametrize("standing", ["mastodon"], indirect=True)
async def test_alternative_text_that_the_server_does_not_take_is_refused_before_it_is_sent(
    standing: Standing, tmp_path: Path
) -> None:
    network = await standing.connected(tmp_path)
    failure = await refusal(network, parcel(**picture(tmp_path, "x" * 1_501)))
    assert (failure.code, failure.doubt) == (ErrorCode.VALIDATION_FAILED, False)
    assert "1501 characters" in failure.message
    assert await standing.sent("/api/v2/media") == 0
    await network.aclose()


@pytest.mark.parametrize("standing", ["mastodon"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "code", "doubt"),
    [
        ("html_500", ErrorCode.PROVIDER_ERROR, True),
        ("status:502", ErrorCode.PROVIDER_ERROR, True),
        ("page:503:Down for maintenance", ErrorCode.PROVIDER_ERROR, True),
        ("accept_then_html_500", ErrorCode.PROVIDER_ERROR, True),
        ("page:404", ErrorCode.NOT_FOUND, False),
        ("status:401", ErrorCode.ACCOUNT_NEEDS_RECONNECT, False),
        ("page:400:Invalid Bearer token", ErrorCode.ACCOUNT_NEEDS_RECONNECT, False),
        ("status:403:This action is outside the authorized scopes", ErrorCode.ACCOUNT_NEEDS_RECONNECT, False),
        ("status:403:Your login is currently disabled", ErrorCode.SETUP_NEEDED, False),
        ("status:413", ErrorCode.PLATFORM_REFUSED, False),
        ("status:422:Validation failed", ErrorCode.PLATFORM_REFUSED, False),
        ("status:422:Cannot attach files that have not finished processing", ErrorCode.PROVIDER_ERROR, False),
        ("status:429", ErrorCode.RATE_LIMITED, False),
        ("retry_after:7", ErrorCode.RATE_LIMITED, False),
        ("drop_before", ErrorCode.UNEXPECTED_ANSWER, True),
    ],
)
async def test_each_refusal_says_whether_a_repeat_helps_and_whether_it_may_be_posted(
    standing: Standing, tmp_path: Path, fault: str, code: ErrorCode, doubt: bool
) -> None:
    network = await standing.connected(tmp_path)
    await standing.fault(CREATE, fault)
    failure = await refusal(network)
    assert (failure.code, failure.doubt) == (code, doubt)
    assert failure.after_seconds == (7 if fault == "retry_after:7" else None)
    assert "<" not in failure.message
    await network.aclose()


@pytest.mark.parametrize("standing", ["mastodon"], indirect=True)
async def test_a_waiting_post_or_a_page_in_place_of_a_post_is_a_doubt(standing: Standing, tmp_path: Path) -> None:
    network = await standing.connected(tmp_path)
    login = await standing.login(tmp_path)
    for body, kind, said in (
        (
            b'{"id": "1", "scheduled_at": "2026-12-01T00:00:00Z", "params": {"text": "Hello"}}',
            "application/json",
            "later",
        ),
        (b'{"id": 5, "error": "no"}', "application/json", "did not answer with the post"),
        (b"<html>Welcome</html>", "text/html", "not the Mastodon API's"),
        (b'{"id": ', "application/json", "not the Mastodon API's"),
    ):
        async with receiver(answers(200, body, media_type=kind)) as server:
            settings = {**login.settings, "server": f"http://127.0.0.1:{server.port}"}
            elsewhere = Mastodon(replace(login, settings=settings), means(tmp_path))
            failure = await refusal(elsewhere)
            await elsewhere.aclose()
        assert (failure.code, failure.doubt) == (ErrorCode.UNEXPECTED_ANSWER, True)
        assert said in failure.message
    await network.aclose()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"server": "http://example.social"}, "in the clear"),
        ({"server": "example social/%"}, "not a plain link"),
        ({"server": "https://ada:pw@example.social"}, "not a plain link"),
        ({"server": "ftp://example.social"}, "not a plain link"),
        ({"server": "https://example.social", "visibility": "everybody"}, "there is no visibility 'everybody'"),
        ({"server": "https://example.social", "token": "a\nb"}, "no access token"),
    ],
)
async def test_what_can_be_no_login_is_told_before_anybody_is_asked(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        await KIND.log_in({"token": "a-token", **given}, means(tmp_path))


async def test_a_server_of_something_else_is_no_login(tmp_path: Path) -> None:
    async with receiver(answers(200, b"<html>", media_type="text/html")) as server:
        with pytest.raises(Failure) as refused:
            await KIND.log_in({"server": f"http://127.0.0.1:{server.port}", "token": "a-token"}, means(tmp_path))
    assert refused.value.code is ErrorCode.UNEXPECTED_ANSWER
