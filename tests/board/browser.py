"""The board as a person has it: ``postwright board`` as a process of its own, and a Chromium that looks at it."""

import json
import shutil
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from anyio import to_thread
from playwright.async_api import ConsoleMessage, Error, Page, async_playwright, expect

from sandbox.genviral import BASE_PATH, create_app
from sandbox.serve import running
from tests.desk import KEY
from tests.operations.commands import started

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
WIDE, NARROW = (1280, 860), (320, 640)
Scheme = Literal["light", "dark"]
#: What the guidelines of WCAG 2.2 ask for up to AA, and what is good practice beside them.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: Milliseconds after which what a browser is to do or show is taken never to come.
_PATIENCE = 120_000
expect.set_options(timeout=_PATIENCE)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium (apt-get install chromium)")
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="no axe-core (uv run python tests/clients/node.py)")


@asynccontextmanager
async def served(home: Path, **settings: str) -> AsyncGenerator[str]:
    """Run ``postwright board`` until the block ends, by Ctrl-C, at which it must end well; yield its address."""
    with started(home, "board", "--no-open", beside=None, **settings) as process:
        assert process.stdout
        yield (await to_thread.run_sync(process.stdout.readline)).strip()
        process.send_signal(signal.SIGINT)
        assert await to_thread.run_sync(process.wait) == 0


@asynccontextmanager
async def genviral_service() -> AsyncGenerator[dict[str, str]]:
    """The sandbox of a hosted service; yields the settings with which postwright uses it."""
    async with running(create_app(worker_delay=0.0)) as url:
        yield {"GENVIRAL_API_KEY": KEY, "GENVIRAL_BASE_URL": f"{url}{BASE_PATH}"}


@dataclass(frozen=True, slots=True)
class Look:
    """Whose browser it is."""

    scheme: Scheme = "light"
    size: tuple[int, int] = WIDE
    zone: str = "Europe/Berlin"


_USUAL = Look()


@asynccontextmanager
async def browser_page(look: Look = _USUAL) -> AsyncGenerator[Page]:
    """An empty page of a new Chromium; nothing that it loads may fail or complain."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def failed(error: Error) -> None:
        complaints.append(str(error))

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=_PATIENCE)
        context = await browser.new_context(
            color_scheme=look.scheme,
            viewport={"width": look.size[0], "height": look.size[1]},
            timezone_id=look.zone,
            locale="en-GB",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(_PATIENCE)
        page = await context.new_page()
        page.on("console", heard)
        page.on("pageerror", failed)
        yield page
        await browser.close()
    assert complaints == []


@asynccontextmanager
async def looking(home: Path, look: Look = _USUAL, **settings: str) -> AsyncGenerator[Page]:
    """Look at the board of a home, once its posts are there."""
    async with served(home, **settings) as address, browser_page(look) as page:
        await page.goto(address)
        await page.get_by_text("as of").wait_for()
        yield page


async def violations(page: Page) -> list[str]:
    """Ask axe what is wrong with the page as it stands: each rule, and where."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    options = json.dumps({"runOnly": _RULES, "resultTypes": ["violations"]})
    found: dict[str, Any] = await page.evaluate(f"axe.run(document, {options})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


async def focused(page: Page) -> str:
    """The words of what has the focus."""
    return await page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText || ''")


async def wide_as_its_window(page: Page) -> bool:
    """Tell whether nothing has to be scrolled sideways."""
    return await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
