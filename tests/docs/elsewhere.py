"""The commands of the pages that are run in another place than ``test_commands.py``: where, and why there.

A row names one command as it stands on a page, and what runs it: a test by its file and name, or a line of the gate by
``.ci/run: words that are in it``. ``test_commands.py`` holds every row to that.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One command, what runs it, and why that is not the test of the pages."""

    command: str
    by: str
    why: str


_OWN_COMMAND = (
    "tests/install/test_real_clients.py::test_the_clients_own_command_writes_the_entry_that_setup_writes",
    "It takes the real client.",
)
_PLUGIN = (
    "tests/packaging/test_plugin.py::test_claude_code_installs_it_from_the_checkout_and_connects",
    "It takes the real client.",
)
_BUNDLE = (
    "tests/packaging/test_plugin.py::test_openclaw_takes_it_as_a_bundle_with_skill_and_server",
    "It takes the real client.",
)
_IMAGE = (
    "tests/packaging/test_image.py::test_what_it_starts_is_well_while_it_serves_and_lets_nobody_in_without_the_token",
    "It takes a container engine; the test runs the lines of the Dockerfile without one.",
)
_DESKTOP = (
    "tests/packaging/test_desktop.py::test_the_packed_bundle_starts_in_an_empty_home_with_what_its_user_answered",
    "It takes the bundle's own tool.",
)
_BENCH = ".ci/run: uv run python -m bench --quick"
_README = "It installs what the tests run in; the gate takes the very line from the README and runs it."

ELSEWHERE = (
    Elsewhere("pip install uv && uv run postwright demo", ".ci/run: pip install uv && uv run postwright demo", _README),
    Elsewhere("pip install uv && uv run pytest -n 4", ".ci/run: pip install uv && uv run pytest -n 4", _README),
    Elsewhere("claude mcp add --scope user postwright -- uvx postwright", *_OWN_COMMAND),
    Elsewhere("openclaw mcp add postwright --command uvx --arg postwright --connect-timeout 60", *_OWN_COMMAND),
    Elsewhere("codex mcp add postwright -- uvx postwright", *_OWN_COMMAND),
    Elsewhere("gemini mcp add --scope user --timeout 600000 postwright uvx postwright", *_OWN_COMMAND),
    Elsewhere("claude plugin marketplace add .", *_PLUGIN),
    Elsewhere("claude plugin install postwright@postwright", *_PLUGIN),
    Elsewhere("openclaw plugins install . --force --accept-capabilities", *_BUNDLE),
    Elsewhere("openclaw plugins inspect postwright", *_BUNDLE),
    Elsewhere("uv run python -m release.desktop dist/bundle", *_DESKTOP),
    Elsewhere("npx @anthropic-ai/mcpb pack dist/bundle dist/postwright.mcpb", *_DESKTOP),
    Elsewhere("docker build --tag postwright .", *_IMAGE),
    Elsewhere(
        "docker run --detach --name postwright --env POSTWRIGHT_HTTP_TOKEN "
        "--publish 127.0.0.1:8765:8765 --volume postwright:/data postwright",
        *_IMAGE,
    ),
    Elsewhere(
        "postwright accounts add bluesky",
        "tests/operations/test_accounts.py::test_at_a_terminal_what_is_missing_is_asked_for_and_a_secret_is_not_shown",
        "It asks one thing after the other at a terminal.",
    ),
    Elsewhere(
        "pip install 'postwright[postgres]'",
        "tests/docs/test_words.py::test_every_extra_that_is_named_is_there",
        "It fetches packages from the index; tests install none.",
    ),
    Elsewhere(
        "postwright board",
        "tests/board/test_serving.py::test_its_address_opens_the_page_and_its_posts_and_nothing_else",
        "Its address is known only once it runs.",
    ),
    Elsewhere("uv run python -m bench --quick", _BENCH, "It takes half a minute, and the gate runs it."),
    Elsewhere("uv run python -m bench", _BENCH, "Five minutes; the gate plays every row with --quick."),
    Elsewhere("uv run python -m bench cold-start memory", _BENCH, "Rows of the same; the gate plays all, quickly."),
    Elsewhere(
        "uv run python -m bench.faults --mutants --real 200",
        "tests/faults/test_real.py::"
        "test_no_history_of_killed_processes_ends_with_a_post_doubled_lost_stuck_or_wrongly_reported",
        "Hours; the tests in that folder play less of the same.",
    ),
)
