"""Posts on a WordPress, through the tools and through the network itself, read back as its administrator would."""

import base64
import os
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from providers.networks.network import Kept, Parcel, Published, Window
from providers.networks.wordpress.network import WordPress
from providers.protocol import Failure
from sandbox.serve import running
from schemas.errors import ErrorCode
from tests.local.networked import means, networked
from tests.media.files import png
from tests.wordpress import fake
from tests.wordpress.site import KIND, Site, behind_a_wall, parcel, posted, utc_now

pytestmark = pytest.mark.anyio

CREATE = "/wp-json/wp/v2/posts"


def fresh() -> str:
    """Words and an id that no earlier test had."""
    return os.urandom(6).hex()


async def published(network: WordPress, sent: Parcel) -> Published:
    return await (await network.prepare(sent))(Window(utc_now, 60))


async def refusal(network: WordPress, sent: Parcel) -> Failure:
    with pytest.raises(Failure) as refused:
        await published(network, sent)
    return refused.value


def picture(home: Path, alt_text: str | None, noise: str = "") -> dict[str, Any]:
    """The media of a parcel that shows one picture in our keeping."""
    content, path = png(noise=noise.encode()), home / "picture.png"
    path.write_bytes(content)
    kept = Kept(str(path), "image/png", alt_text, len(content), 64, 48)
    return {"media": {"type": "slideshow", "urls": ["media:a"]}, "files": {"media:a": kept}}


async def test_words_links_and_pictures_arrive_as_a_post(site: Site, tmp_path: Path) -> None:
    words = fresh()
    caption = f"News & <b>more</b> {words}\nSee https://example.com/a?b=1&c=2.\n\n[gallery] #tag @bob 🎉"
    async with networked(tmp_path, await site.login(tmp_path)) as agent:
        handles = [
            (
                await agent.call(
                    "upload_media",
                    data=base64.b64encode(png(noise=f"{words}{alt}".encode())).decode(),
                    filename="a.png",
                    alt_text=alt,
                )
            )["data"]["media"]
            for alt in ('A "red" dot', "Größer")
        ]
        delivery = await posted(agent, site.account, caption, media={"type": "slideshow", "urls": handles})
    [post] = await site.posts(words)
    assert (delivery["status"], delivery["url"]) == ("published", post["link"])
    assert (post["status"], unescape(post["title"]["raw"])) == ("publish", f"News & <b>more</b> {words}")
    content = post["content"]["raw"]
    assert f"<p>News &amp; &lt;b&gt;more&lt;/b&gt; {words}<br>See <a href=" in content
    assert '<a href="https://example.com/a?b=1&amp;c=2">https://example.com/a?b=1&amp;c=2</a>.</p>' in content
    assert "<p>&#91;gallery] #tag @bob 🎉</p>" in content
    media = {entry["id"]: entry for entry in await site.read("media", per_page="100")}
    assert media[post["featured_media"]]["alt_text"] == 'A "red" dot'
    assert content.count("<!-- wp:image ") == 2
    assert 'alt="A &quot;red&quot; dot"' in content
    assert 'alt="Größer"' in content
    assert all(entry["source_url"] in content for entry in media.values() if f'"id":{entry["id"]},' in content)


async def test_a_post_has_the_title_excerpt_status_and_terms_that_it_is_told(site: Site, tmp_path: Path) -> None:
    words = fresh()
    told = {
        "title": f"A title [{words}]",
        "excerpt": "In <short>",
        "status": "private",
        "categories": ["uncategorized"],
        "tags": [f"new-{words}", f"New & {words}"],
    }
    async with networked(tmp_path, await site.login(tmp_path)) as agent:
        await posted(agent, site.account, f"First {words}", wordpress=told)
        await posted(agent, site.account, f"Second {words}", wordpress={"tags": [f"NEW-{words}"]})
        unknown = await posted(agent, site.account, f"Third {words}", wordpress={"categories": ["No such"]})
    second, first = await site.posts(words)
    assert (first["status"], unescape(first["title"]["raw"])) == ("private", told["title"])
    assert (unescape(first["excerpt"]["raw"]), first["categories"]) == ("In <short>", [1])
    assert (len(first["tags"]), len(second["tags"]), second["status"]) == (2, 1, "publish")
    assert set(second["tags"]) < set(first["tags"])
    assert (unknown["status"], "has no category No such" in unknown["error"]) == ("failed", True)


async def test_an_answer_that_is_lost_after_the_post_is_made_is_found_again(site: Site, tmp_path: Path) -> None:
    network, words = await site.connected(tmp_path), fresh()
    sent = parcel(f"Once {words}", f"dlv_{words}", **picture(tmp_path, "A dot", words))
    assert await network.find(sent) is None
    await site.fault(CREATE, "accept_then_drop")
    assert (await refusal(network, sent)).doubt
    found = await network.find(sent)
    [post] = await site.posts(words)
    assert found == Published(post["link"], str(post["id"]))
    await network.aclose()


async def test_a_second_post_of_one_delivery_is_seen_and_deleted(site: Site, tmp_path: Path) -> None:
    network, words = await site.connected(tmp_path), fresh()
    sent = parcel(f"Once {words}", f"dlv_{words}", **picture(tmp_path, "A dot", words))
    first = await published(network, sent)
    again = await published(network, sent)
    assert first == again
    [post] = await site.posts(words)
    assert str(post["id"]) == first.remote_id
    await network.aclose()


async def test_a_file_is_brought_once_however_often_its_post_is_tried(site: Site, tmp_path: Path) -> None:
    network, words = await site.connected(tmp_path), fresh()
    sent = parcel(f"Once {words}", f"dlv_{words}", **picture(tmp_path, "A dot", words))
    before = len(await site.read("media", per_page="100"))
    await site.fault(CREATE, "status:503")
    assert (await refusal(network, sent)).code is ErrorCode.PROVIDER_ERROR
    await published(network, sent)
    assert len(await site.read("media", per_page="100")) == before + 1
    await network.aclose()


async def test_a_post_is_deleted_for_good_and_may_be_deleted_twice(site: Site, tmp_path: Path) -> None:
    network, words = await site.connected(tmp_path), fresh()
    made = await published(network, parcel(f"Gone {words}", f"dlv_{words}"))
    for _ in range(2):
        await network.take_back(made.remote_id or "")
    assert await site.posts(words) == []
    await site.fault("/wp-json/wp/v2/posts/{id}", "accept_then_drop", "DELETE")
    with pytest.raises(Failure) as lost:
        await network.take_back(made.remote_id or "")
    assert lost.value.doubt
    with pytest.raises(Failure, match="no post by that name"):
        await network.take_back("../users/1")
    await network.aclose()


async def test_a_draft_is_kept_and_found_like_any_other(site: Site, tmp_path: Path) -> None:
    network, words = await site.connected(tmp_path), fresh()
    sent = parcel(f"Draft {words}", f"dlv_{words}", settings={"wordpress": {"status": "draft"}})
    made = await published(network, sent)
    found = await network.find(sent)
    assert found
    assert found.remote_id == made.remote_id
    assert [post["status"] for post in await site.posts(words)] == ["draft"]
    await network.aclose()


async def test_an_account_is_told_by_its_site_and_greeted(site: Site, tmp_path: Path) -> None:
    login, network = await site.login(tmp_path), await site.connected(tmp_path)
    host = site.url.removeprefix("http://")
    assert (login.account.id, login.account.username, bool(login.account.name)) == (site.account, "admin", True)
    assert await network.greet() == f"admin at {host}"
    assert site.password not in str(login)
    await network.aclose()


@pytest.mark.parametrize("given", [{"password": "wrong wrong"}, {"user": "nobody"}])
async def test_a_login_that_is_not_accepted_asks_for_another(site: Site, tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(Failure) as refused:
        await site.login(tmp_path, **given)
    assert refused.value.code is ErrorCode.ACCOUNT_NEEDS_RECONNECT
    assert "application password" in (refused.value.advice or "")
    assert "<" not in refused.value.message


@pytest.mark.parametrize("site", ["fake"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "code", "doubt"),
    [
        ("html_500", ErrorCode.PROVIDER_ERROR, True),
        ("status:500:wp_die", ErrorCode.PROVIDER_ERROR, True),
        ("status:500:db_insert_error", ErrorCode.PROVIDER_ERROR, False),
        ("accept_then_html_500", ErrorCode.PROVIDER_ERROR, True),
        ("status:400:rest_invalid_param", ErrorCode.PLATFORM_REFUSED, False),
        ("status:401:rest_cannot_create", ErrorCode.SETUP_NEEDED, False),
        ("status:401:incorrect_password", ErrorCode.ACCOUNT_NEEDS_RECONNECT, False),
        ("page:401:Password required", ErrorCode.ACCOUNT_NEEDS_RECONNECT, False),
        ("status:403:rest_cannot_publish", ErrorCode.SETUP_NEEDED, False),
        ("page:403", ErrorCode.SETUP_NEEDED, False),
        ("status:404:rest_no_route", ErrorCode.SETUP_NEEDED, False),
        ("page:413", ErrorCode.PLATFORM_REFUSED, False),
        ("retry_after:7", ErrorCode.RATE_LIMITED, False),
        ("drop_before", ErrorCode.UNEXPECTED_ANSWER, True),
    ],
)
async def test_each_refusal_says_whether_a_repeat_helps_and_whether_it_may_be_posted(
    site: Site, tmp_path: Path, fault: str, code: ErrorCode, doubt: bool
) -> None:
    network = await site.connected(tmp_path)
    await site.fault(CREATE, fault)
    failure = await refusal(network, parcel("Hello"))
    assert (failure.code, failure.doubt) == (code, doubt)
    assert "<" not in failure.message
    await network.aclose()


async def test_a_parameter_that_is_refused_is_named(site: Site, tmp_path: Path) -> None:
    network = await site.connected(tmp_path)
    step = await network.prepare(parcel("Hello"))
    assert isinstance(step, partial)
    step.args[0]["status"] = "everywhere"
    with pytest.raises(Failure) as refused:
        await step(Window(utc_now, 60))
    assert (refused.value.code, refused.value.doubt) == (ErrorCode.PLATFORM_REFUSED, False)
    assert "status is not one of" in refused.value.message
    await network.aclose()


async def test_a_site_without_pretty_links_is_reached_by_its_query(tmp_path: Path) -> None:
    blog = fake.Blog()
    async with (
        running(fake.create_app(blog, pretty=False)) as url,
        behind_a_wall(url, fake.USER, fake.PASSWORD) as site,
    ):
        network = await site.connected(tmp_path)
        sent = parcel("Plain links", **picture(tmp_path, "A dot"))
        made = await published(network, sent)
        assert await network.find(sent) == made
        await network.take_back(made.remote_id or "")
        await network.aclose()
    assert (blog.posts, len(blog.media)) == ({}, 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"site": "http://blog.example"}, "in the clear"),
        ({"site": "https://a:b@blog.example"}, "not a plain link"),
        ({"user": "a:b"}, "without a colon"),
        ({"password": "\x00"}, "an application password"),
    ],
)
async def test_what_can_be_no_login_is_told_before_anybody_is_asked(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    whole = {"site": "https://blog.example", "user": "ada", "password": "abcd", **given}
    with pytest.raises(ValueError, match=said):
        await KIND.log_in(whole, means(tmp_path))
