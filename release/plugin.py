"""The plugin for Claude Code, which OpenClaw takes as a bundle: this checkout, its skill, and the server in it."""

from typing import Any

from release.project import AUTHOR, DESCRIPTION, KEYWORDS, LICENSE, NAME, VERSION


def plugin() -> dict[str, Any]:
    """Write the manifest; skills lie where both clients look, in ``skills/``."""
    return {
        "name": NAME,
        "version": VERSION,
        "description": DESCRIPTION,
        "author": AUTHOR,
        "license": LICENSE,
        "keywords": KEYWORDS,
        "mcpServers": {
            NAME: {
                "command": "uv",
                "args": ["run", "--project", "${CLAUDE_PLUGIN_ROOT}", "--locked", "--no-dev", NAME],
            }
        },
    }


def marketplace() -> dict[str, Any]:
    """Write the list of plugins, of one, by which clients install it from a checkout or a repository."""
    return {
        "name": NAME,
        "description": DESCRIPTION,
        "owner": AUTHOR,
        "plugins": [{"name": NAME, "source": "./", "description": DESCRIPTION}],
    }
