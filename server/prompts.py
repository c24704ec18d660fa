"""The prompts that a person can choose in a client: what each asks for, and how its text is filled in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import mcp_types as types
from mcp.shared.exceptions import MCPError

from engine.desk import Desk
from engine.modes import ServerMode
from schemas.untrusted import clean
from server.log import redact
from server.prompt_texts import FIX_FAILED_POSTS, PLAN_WEEK, REPURPOSE_VIDEO
from tools.catalogue import TOOLS


@dataclass(frozen=True, slots=True)
class Argument:
    """One thing that a prompt asks for, always text: at most so many characters (``most``), on one line.

    ``unsaid`` stands in the text where it is not given; ``accounts``: it is a list of account ids, with commas
    between; ``numbers`` are the least and the most of a whole number.
    """

    name: str
    description: str
    most: int
    unsaid: str = ""
    required: bool = False
    accounts: bool = False
    numbers: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt. ``tools`` are all that its text names: where a mode forbids one, the prompt is not there.

    ``text`` has a place for each argument, and ``{sending}`` for the words of the mode.
    """

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    tools: tuple[str, ...]
    text: str

    def possible(self, mode: ServerMode) -> bool:
        """Tell whether the mode allows all that it asks an agent to call."""
        return all(tool.possible(mode) for tool in TOOLS if tool.name in self.tools)


_ACCOUNTS = Argument(
    "accounts",
    "Account ids of list_accounts, with commas between. Default: all that fit.",
    2_000,
    "all that fit",
    accounts=True,
)
PROMPTS: tuple[Prompt, ...] = (
    Prompt(
        "plan_week",
        "Plan a week of posts",
        "Write a week of posts on a topic, check each against the platforms' limits, and schedule them once you agree.",
        (
            Argument("topic", "What the posts are about.", 1_000, required=True),
            _ACCOUNTS,
            Argument("start", "The first day, such as 2026-12-01 or next Monday. Default: tomorrow.", 60, "tomorrow"),
            Argument("posts_per_day", "How many posts a day, 1 to 10. Default: 1.", 2, "1", numbers=(1, 10)),
        ),
        ("list_accounts", "list_posts", "create_post", "check_status"),
        PLAN_WEEK,
    ),
    Prompt(
        "repurpose_video",
        "Repurpose a video",
        "Turn one video into a post for each platform, each with a caption of its own.",
        (
            Argument("video", "A link, the path of a file, or a handle (media:...).", 2_048, required=True),
            _ACCOUNTS,
            Argument(
                "message", "What the posts are to say. Default: what the video shows.", 1_000, "what the video shows"
            ),
        ),
        ("upload_media", "list_accounts", "create_post", "check_status"),
        REPURPOSE_VIDEO,
    ),
    Prompt(
        "fix_failed_posts",
        "Fix failed posts",
        "Find what did not go out, say why, and send again what may be sent again.",
        (
            Argument("account", "Only posts on this account id. Default: all.", 300, "all", accounts=True),
            Argument("since", "How far to look back, such as a week or 2026-12-01. Default: a week.", 60, "a week ago"),
        ),
        ("list_posts", "list_accounts", "check_status", "retry_post", "update_post"),
        FIX_FAILED_POSTS,
    ),
)

#: What each mode adds where a text comes to sending.
_SENDING = {
    ServerMode.DRAFT: "This server only keeps drafts: say to the user that a person has to publish each.",
    ServerMode.APPROVE: "Each then waits for a person's approval (status awaiting_approval): say so to the user.",
    ServerMode.PUBLISH: "What goes out now cannot be taken back everywhere.",
}


class Prompts:
    """The prompts that there are at one desk. ``secrets`` never leave in a text."""

    def __init__(self, desk: Desk, secrets: Sequence[str]) -> None:
        self._desk = desk
        self._secrets = secrets
        self._mode = desk.modes.server
        self._there = {prompt.name: prompt for prompt in PROMPTS if prompt.possible(self._mode)}

    def listed(self) -> types.ListPromptsResult:
        """List them with their arguments."""
        return types.ListPromptsResult(prompts=[_told(prompt) for prompt in self._there.values()])

    def named(self, name: str) -> Prompt:
        """Find one.

        Raises:
            MCPError: there is none of this name here.
        """
        found = self._there.get(name)
        if found is None:
            there = ", ".join(self._there) or f"none, since it only works where posts can be made (mode {self._mode})"
            raise MCPError(types.INVALID_PARAMS, f"No prompt {clean(name, _NAME)!r}. There are: {there}.")
        return found

    def filled(self, name: str, given: Mapping[str, str]) -> types.GetPromptResult:
        """Write one with what was given for it, which stands in it in quotes, as data.

        Raises:
            MCPError: there is no such prompt, or what is given does not fit it; all problems are told.
        """
        prompt = self.named(name)
        known = [argument.name for argument in prompt.arguments]
        problems = [
            f"no argument {clean(stranger, _NAME)!r}, there are {', '.join(known)}"
            for stranger in list(given)[:_MOST]
            if stranger not in known
        ]
        words: dict[str, str] = {}
        for argument in prompt.arguments:
            said = _on_one_line(given.get(argument.name, ""))
            problems += self._wrong(argument, said)
            words[argument.name] = json.dumps(said, ensure_ascii=False) if said else argument.unsaid
        if problems:
            raise MCPError(types.INVALID_PARAMS, redact(f"{name}: {'; '.join(problems)}.", self._secrets))
        text = redact(prompt.text.format_map({**words, "sending": _SENDING[self._mode]}), self._secrets)
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=prompt.description, messages=[message])

    def _wrong(self, argument: Argument, said: str) -> list[str]:
        if not said:
            return [f"{argument.name} is missing: {argument.description}"] if argument.required else []
        if len(said) > argument.most:
            return [f"{argument.name} has {len(said):,} characters, at most {argument.most:,}"]
        if argument.numbers:
            least, most = argument.numbers
            fits = said.isascii() and said.isdigit() and least <= int(said) <= most
            return [] if fits else [f"{argument.name} is no whole number from {least} to {most}"]
        ids = [name.strip() for name in said.split(",")] if argument.accounts else []
        strangers = [name for name in ids if name.partition(":")[0] not in self._desk.providers or ":" not in name]
        return [f"{clean(name, _NAME)!r} is no id of list_accounts" for name in strangers[:_MOST]]


def _told(prompt: Prompt) -> types.Prompt:
    arguments = [
        types.PromptArgument(name=one.name, description=one.description, required=one.required)
        for one in prompt.arguments
    ]
    return types.Prompt(name=prompt.name, title=prompt.title, description=prompt.description, arguments=arguments)


def _on_one_line(said: str) -> str:
    return " ".join(clean(said, len(said) + 1).split())


_NAME = 60
#: More misfits than this say nothing more.
_MOST = 5
