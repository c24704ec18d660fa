"""``postwright demo``: an agent posts through a stand-in of Genviral, errs, corrects itself, and sees it delivered.

Everything is real but the service: a sandbox on loopback, this server as a process of its own, an MCP client.
"""

import json
import os
import sys
import tempfile
import textwrap
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import click
import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from sandbox.genviral import BASE_PATH, create_app
from sandbox.serve import running
from schemas.instant import wire
from schemas.jsonvalue import JsonObject, items, members
from server.settings import PREFIX

Say: TypeAlias = Callable[[str], object]

_WIDTH = 100
_AHEAD = timedelta(hours=3, minutes=12)
_USER = "Post our three launch slides on TikTok and Instagram this afternoon."
_CAPTION = "Meet Lumen One. Designed in the open, built to be repaired, and out today."


async def play(say: Say) -> None:
    """Run the conversation and show it as it happens; ends with an error if a step went otherwise than it must."""
    async with running(create_app()) as sandbox, _agent(sandbox) as agent:
        say(f"A sandbox of Genviral's API answers on {sandbox}; postwright runs beside it. No key, no network.\n")
        say(click.style(f"User: {_USER}\n", bold=True))
        await _Conversation(agent, sandbox, say).hold()
        say("\nThat was postwright: every call ended in a verdict that the agent could act on.")


@asynccontextmanager
async def _agent(sandbox: str) -> AsyncGenerator[Client]:
    with tempfile.TemporaryDirectory(prefix="postwright-demo-") as home:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
            "PYTHONPATH": str(Path(__file__).parent.parent),
            f"{PREFIX}HOME": home,
            f"{PREFIX}GENVIRAL_API_KEY": "gva_live_demo.not-a-real-key",
            f"{PREFIX}GENVIRAL_BASE_URL": f"{sandbox}{BASE_PATH}",
            f"{PREFIX}LOG_LEVEL": "error",
        }
        command = StdioServerParameters(command=sys.executable, args=["-m", "server"], env=environment)
        async with Client(stdio_client(command)) as client:
            yield client


class _Conversation:
    """The agent's calls, each shown with what it was answered."""

    def __init__(self, agent: Client, sandbox: str, say: Say) -> None:
        self._agent = agent
        self._sandbox = sandbox
        self._say = say

    async def hold(self) -> None:
        """Look who can be posted to, err, correct, schedule, see it out."""
        accounts = await self._accounts("tiktok", "instagram")
        moment = datetime.now(UTC) + _AHEAD
        slides = [f"https://cdn.lumenlabs.example/launch/{number}.jpg" for number in (1, 2, 3)]
        wrong: JsonObject = {
            "text": _CAPTION,
            "accounts": accounts,
            "media": {"type": "slideshow", "url": slides[0]},
            "scheduled_at": moment.replace(tzinfo=None).isoformat(timespec="minutes"),
            "tiktok": {"post_mode": "MEDIA_UPLOAD"},
            "pinterest": {"tags": ["launch"]},
        }
        refused = await self._call("create_post", wrong)
        _expect(refused["code"] == _UNPROCESSABLE and len(refused["problems"]) > 1)
        right: JsonObject = {
            "caption": _CAPTION,
            "accounts": accounts,
            "media": {"type": "slideshow", "urls": slides},
            "scheduled_at": wire(moment),
            "timezone": "Europe/Berlin",
        }
        post = await self._call("create_post", right)
        _expect(post["data"]["status"] == "scheduled")
        self._say(click.style("The client lost the answer, so the agent makes the same call again.\n", fg="yellow"))
        again = await self._call("create_post", right)
        _expect(again["data"]["replayed"] and again["data"]["id"] == post["data"]["id"])
        await self._pass_time()
        status = await self._call("check_status", {"post_id": post["data"]["id"]})
        _expect(status["data"]["status"] == "published")

    async def _accounts(self, *platforms: str) -> list[str]:
        listed = await self._call("list_accounts", {})
        found = {entry["platform"]: entry["id"] for entry in reversed(listed["data"]["accounts"])}
        return [found[platform] for platform in platforms]

    async def _pass_time(self) -> None:
        seconds = int(_AHEAD.total_seconds()) + 600
        self._say(click.style(f"The sandbox's clock goes forward by {seconds // 60} minutes.\n", fg="yellow"))
        async with httpx2.AsyncClient() as http:
            (await http.post(f"{self._sandbox}/_sandbox/clock", json={"advance_seconds": seconds})).raise_for_status()

    async def _call(self, tool: str, arguments: JsonObject) -> JsonObject:
        self._say(click.style(f"Agent calls {tool}", fg="cyan", bold=True))
        for name, value in arguments.items():
            self._show(f"{name}: {json.dumps(value, ensure_ascii=False)}", "  ")
        answer = await self._agent.call_tool(tool, arguments)
        body = members(answer.structured_content)
        verdict = f"{body['code']} {body.get('error_code', 'ok')}"
        self._say(click.style(f"postwright answers {verdict}", fg="green" if body["ok"] else "red", bold=True))
        self._show(body["message"], "  ")
        for line in _lines(body):
            self._show(line, "  ")
        self._say("")
        return body

    def _show(self, text: str, indent: str) -> None:
        self._say(textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  "))


def _lines(body: JsonObject) -> list[str]:
    """Pick what an agent acts on out of a result."""
    lines = [
        f"{problem['path'] or '/'}: {problem['message']}. {problem['fix']}" for problem in items(body.get("problems"))
    ]
    retry = members(body.get("retry"))
    if retry:
        lines.append(f"verdict: {body['outcome']}; {retry['decision']} ({retry['who']}). {retry['advice']}")
    data = members(body.get("data"))
    lines += [
        f"{entry['id']}  {entry['name']} ({entry['platform']}), caption up to {entry['accepts']['caption']['limit']}"
        for entry in items(data.get("accounts"))
    ]
    lines += [
        f"{sent['name']}: {sent['status']} {sent.get('url', '')}".rstrip() for sent in items(data.get("deliveries"))
    ]
    return lines


def _expect(held: bool) -> None:
    if not held:
        raise click.ClickException("the demo went otherwise than it must; please report this.")


_UNPROCESSABLE = 422
