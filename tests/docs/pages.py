"""What the pages for users say: README.md and docs/, cut into what can be tried."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
#: Languages of blocks that hold commands; in a ``console`` they stand behind a ``$``, and the rest is what is shown.
SHELL, CONSOLE = ("sh", "bash"), "console"

_FENCE = re.compile(r"^```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its page, the heading above it and its place under it, its language and its text."""

    page: Path
    heading: str
    number: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}#{self.heading}-{self.number}"

    @property
    def commands(self) -> list[str]:
        """Each command on a line of its own, continued lines joined, comments left out."""
        lines = self.text.replace("\\\n", " ").splitlines()
        if self.language == CONSOLE:
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        told = (re.sub(r"(^|\s+)#\s.*", "", line).strip() for line in lines)
        return [command for command in told if command]


def anchor(heading: str) -> str:
    """Write a heading as links name it."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower()).replace(" ", "-")


def prose(page: Path) -> str:
    """Read a page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Every place in a page that a link may lead to."""
    return {anchor(heading) for heading in _HEADING.findall(prose(page))}


def blocks() -> Iterator[Block]:
    """Find every fenced block of every page."""
    for page in PAGES:
        whole = page.read_text(encoding="utf-8")
        seen: dict[str, int] = {}
        for found in _FENCE.finditer(whole):
            headings = _HEADING.findall(_FENCE.sub("", whole[: found.start()]))
            heading = anchor(headings[-1])
            seen[heading] = seen.get(heading, 0) + 1
            yield Block(page, heading, seen[heading], found["language"], found["text"])


BLOCKS = tuple(blocks())
WITH_COMMANDS = tuple(block for block in BLOCKS if block.language in (*SHELL, CONSOLE))
