"""The page: what a person sees of the posts, with keys alone, dark and light, narrow and wide."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from engine.clock import utc_now
from schemas.instant import wire
from tests.board.boards import at_desk, planned
from tests.board.browser import (
    NARROW,
    WIDE,
    Look,
    Scheme,
    browser_page,
    focused,
    genviral_service,
    looking,
    needs_axe,
    needs_chromium,
    served,
    violations,
    wide_as_its_window,
)
from tests.board.seeding import ACCOUNTS, REFUSED, seed
from tests.desk import INSTAGRAM, TIKTOK
from tests.local.posting import ended

pytestmark = [pytest.mark.anyio, needs_chromium]


async def view(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def test_without_posts_it_says_what_to_do(tmp_path: Path) -> None:
    async with looking(tmp_path / "home") as page:
        await expect(page.get_by_role("heading", name="Nothing is planned yet")).to_be_visible()
        await expect(page.get_by_text("Ask your agent for a first post")).to_be_visible()


async def test_a_database_that_cannot_be_read_is_not_taken_for_an_empty_queue(tmp_path: Path) -> None:
    (tmp_path / "home" / "postwright.db").mkdir(parents=True)
    async with looking(tmp_path / "home") as page:
        await expect(page.get_by_text("The database could not be used")).to_be_visible()
        await expect(page.get_by_text("No posts could be read.")).to_be_visible()
        assert await page.get_by_text("Nothing is planned yet").count() == 0


async def test_each_post_stands_on_its_day_in_the_viewers_time_and_in_utc(tmp_path: Path) -> None:
    home = tmp_path / "home"
    day = (utc_now() + timedelta(days=2)).replace(hour=23, minute=30, second=0, microsecond=0)
    async with at_desk(home) as (agent, _):
        await planned(agent, "Late in London, early in Berlin", wire(day))
    async with looking(home) as page:
        row = page.get_by_role("listitem").filter(has_text="Late in London")
        there = day.astimezone(ZoneInfo("Europe/Berlin"))
        await expect(row).to_contain_text(f"{there:%H:%M}")
        await expect(row).to_contain_text("23:30 UTC")
        heading = f"{there:%A} {there.day} {there:%B}"
        await expect(page.locator("section.day", has=row).get_by_role("heading")).to_contain_text(heading)


async def test_what_failed_comes_first_with_the_call_that_mends_it(tmp_path: Path) -> None:
    seed(tmp_path / "home", 7)
    async with looking(tmp_path / "home") as page:
        wrong = page.get_by_role("region", name="1 delivery needs attention")
        await expect(wrong).to_contain_text(REFUSED)
        await wrong.get_by_role("button", name="Bluesky Alice in Berlin").click()
        detail = page.get_by_role("region", name="The post")
        await expect(detail).to_contain_text("Your agent can go on")
        await detail.get_by_role("button", name="Copy the call").click()
        await expect(page.get_by_role("status")).to_have_text("The call was copied.")
        assert await page.evaluate("navigator.clipboard.readText().then(JSON.parse)") == {
            "tool": "retry_post",
            "arguments": {"post_id": "local:pst_0000", "accounts": ["local:bluesky-alice"]},
        }


async def test_a_post_is_shown_as_its_platform_cuts_it_with_its_limits_as_meters(tmp_path: Path) -> None:
    caption = "A lamp for every desk. " * 20
    slides = {"type": "slideshow", "urls": [f"https://cdn.example.com/lumen-{place}.jpg" for place in (2, 1)]}
    async with genviral_service() as settings:
        async with at_desk(tmp_path / "home", **settings) as (agent, _):
            at = wire(utc_now() + timedelta(hours=5))
            await planned(agent, caption, at, accounts=[INSTAGRAM, TIKTOK], media=slides)
        async with looking(tmp_path / "home", Look(), **settings) as page:
            await page.get_by_role("button", name="A lamp for every desk").click()
            instagram = page.locator(".delivery").filter(has_text="Instagram")
            mock = instagram.locator(".mock .caption")
            shown, fold, rest = (await mock.inner_text()).partition(
                "Behind \u201cmore\u201d, after about 125 characters"
            )
            assert len(shown.strip()) == 125
            assert fold
            assert rest.rstrip().endswith("desk.")
            slides_shown = instagram.get_by_role("list", name="2 slides, in their order").get_by_role("listitem")
            assert [text.split()[:2] for text in await slides_shown.all_inner_texts()] == [
                ["1", "lumen-2.jpg"],
                ["2", "lumen-1.jpg"],
            ]
            meter = instagram.get_by_role("meter", name="Caption")
            assert await meter.first.get_attribute("aria-valuenow") == str(len(caption))


async def test_text_of_a_post_is_never_markup_nor_script(tmp_path: Path) -> None:
    evil = (
        "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
        "<a href='javascript:alert(1)'>look</a> ${document.title='taken'} </script>"
    )
    home = tmp_path / "home"
    async with at_desk(home) as (agent, _):
        await planned(agent, evil, wire(utc_now() + timedelta(hours=3)))
    async with looking(home) as page:
        await page.get_by_role("button", name="<img src=x").click()
        await expect(page.get_by_role("region", name="The post")).to_contain_text(
            "<script>document.title='taken'</script>"
        )
        for name in ("Week", "Month"):
            await view(page, name)
        assert await page.title() == "Board - postwright"
        assert (
            await page.evaluate("document.querySelectorAll('main img, aside img, main script, aside script').length")
            == 0
        )
        assert await page.evaluate("[...document.links].every((link) => /^(https?:|.*#main$)/.test(link.href))")


async def test_it_can_be_walked_with_keys_alone(tmp_path: Path) -> None:
    seed(tmp_path / "home", 7)
    async with looking(tmp_path / "home") as page:
        press = page.keyboard.press
        await press("Tab")
        assert await focused(page) == "Skip to the posts"
        await press("Enter")
        await press("Tab")
        assert await focused(page) == "Bluesky Alice in Berlin"
        await press("ArrowDown")
        first = await focused(page)
        await press("Enter")
        assert await page.evaluate("document.activeElement.tagName") == "H2"
        assert first.startswith((await focused(page))[:20])
        await press("Escape")
        assert await focused(page) == first
        await page.get_by_label("Status").focus()
        await press("F")
        await expect(page.locator("ul.posts .post")).to_have_count(1)
        await press("Tab")
        assert await focused(page) == "Clear"
        await press("Enter")
        await expect(page.locator("ul.posts .post")).to_have_count(7)
        await page.get_by_role("button", name="Month", exact=True).focus()
        await press("Enter")
        await page.locator("button.date[tabindex]:not([tabindex='-1']), button.date:not([tabindex])").focus()
        today = await focused(page)
        await press("ArrowRight")
        assert await focused(page) != today
        await press("ArrowLeft")
        assert await focused(page) == today
        await press("PageDown")
        await expect(page.locator("#label")).not_to_have_text(f"{utc_now():%B %Y}")
        await press("PageUp")
        await expect(page.locator("td[data-chosen] button.date")).to_be_focused()


async def test_filters_leave_what_matches(tmp_path: Path) -> None:
    seed(tmp_path / "home", 7)
    async with looking(tmp_path / "home") as page:
        await page.get_by_label("Account").select_option("local:discord-team")
        rows = page.locator("ul.posts .post")
        shown = await rows.count()
        assert 0 < shown < 7
        await expect(rows.filter(has_text="Discord Releases")).to_have_count(shown)
        await page.get_by_label("Platform").select_option("mastodon")
        await expect(page.get_by_text("No post in this period matches the filters.")).to_be_visible()


async def test_it_shows_by_itself_what_went_out_meanwhile_and_keeps_the_focus(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with at_desk(home) as (agent, _), served(home) as address, browser_page() as page:
        await page.clock.install()
        await planned(agent, "Soon out", wire(utc_now() + timedelta(days=1)))
        post = (await agent.call("list_posts"))["data"]["posts"][0]["id"]
        await page.goto(address)
        opener = page.get_by_role("button", name="Soon out")
        await opener.focus()
        await expect(page.locator(".post .chip")).to_have_text("Scheduled")
        assert (await agent.call("update_post", post_id=post, mode="publish"))["ok"]
        assert (await ended(agent, post))["status"] == "published"
        await page.clock.run_for(61_000)
        await expect(page.locator(".post .chip")).to_have_text("Published")
        await expect(page.get_by_role("status")).to_contain_text("published")
        await expect(opener).to_be_focused()


async def test_a_tab_that_nobody_sees_asks_for_nothing(tmp_path: Path) -> None:
    async with served(tmp_path / "home") as address, browser_page() as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.clock.install()
        await page.goto(address)
        await page.get_by_text("as of").wait_for()
        hide = "(away) => { Object.defineProperty(document, 'hidden', { value: away, configurable: true }); "
        hide += "document.dispatchEvent(new Event('visibilitychange')); }"
        await page.evaluate(hide, True)
        before = len(asked)
        await page.clock.run_for(3_600_000)
        assert len(asked) == before
        # Not even after it was asked once more on the way out.
        async with page.expect_response("**/board.json*"):
            await page.evaluate("document.getElementById('refresh').click()")
        await page.clock.run_for(3_600_000)
        assert len(asked) == before + 1
        async with page.expect_response("**/board.json*") as answered:
            await page.evaluate(hide, False)
        assert (await answered.value).status == 304


BOTH: tuple[Scheme, ...] = ("light", "dark")


@needs_axe
@pytest.mark.parametrize("count", [0, 7, 300])
async def test_axe_finds_nothing_wrong_in_any_view(tmp_path: Path, count: int) -> None:
    if count:
        seed(tmp_path / "home", count)
    # Colours do not depend on how many posts there are, and the time it takes does.
    looks = [(WIDE, BOTH), (NARROW, BOTH)] if count < 100 else [(WIDE, BOTH[:1]), (NARROW, BOTH[1:])]
    async with looking(tmp_path / "home") as page:
        for size, schemes in looks:
            await page.set_viewport_size({"width": size[0], "height": size[1]})
            for name in ("List", "Week", "Month"):
                await view(page, name)
                await _sound(page, schemes)
            if count:
                await page.get_by_role("button", name="Show all").click()
                await page.locator("#attention .open").first.click()
                await _sound(page, schemes)
                await page.get_by_role("button", name="Close").click()
                await page.get_by_role("button", name="Show fewer").click()


async def _sound(page: Page, schemes: tuple[Scheme, ...]) -> None:
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await violations(page) == []
    assert await wide_as_its_window(page)


async def test_three_hundred_posts_are_all_there(tmp_path: Path) -> None:
    seed(tmp_path / "home", 300)
    async with looking(tmp_path / "home") as page:
        shown = await page.locator("ul.posts .post").count()
        assert shown > 250
        assert await page.get_by_label("Account").locator("option").count() >= len(ACCOUNTS) + 1
        await view(page, "Month")
        await expect(page.locator("tbody tr")).to_have_count(await page.locator("tbody tr").count())
        more = page.locator(".rest").first
        await more.click()
        await expect(page.get_by_role("button", name="List", exact=True)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_dark_and_light_follow_the_system(tmp_path: Path, scheme: Scheme) -> None:
    async with looking(tmp_path / "home", Look(scheme=scheme)) as page:
        colour = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert (sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(","))) < 384) is (scheme == "dark")
