"""The entry in the MCP registry, ``server.json``."""

from typing import Any

from release.project import DESCRIPTION, NAME, REGISTRY_NAME, VERSION
from release.variables import Variable, variable
from server.settings import Settings

#: The newest schema that was released; a registry reads the file by it.
SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"

#: What the registry's entry starts speaks on stdio, where these say nothing.
_OF_HTTP = "http_"


def entry() -> dict[str, Any]:
    """Write the entry: the package on PyPI, started by ``uvx`` on stdio, and every setting that it has there."""
    settings = [name for name in Settings.model_fields if not name.startswith(_OF_HTTP)]
    return {
        "$schema": SCHEMA,
        "name": REGISTRY_NAME,
        "title": NAME,
        "description": DESCRIPTION,
        "version": VERSION,
        "packages": [
            {
                "registryType": "pypi",
                "identifier": NAME,
                "version": VERSION,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "environmentVariables": [_input(variable(name)) for name in settings],
            }
        ],
    }


def _input(asked: Variable) -> dict[str, Any]:
    return {
        "name": asked.name,
        "description": asked.description,
        "isRequired": False,
        **({"isSecret": True} if asked.secret else {}),
        **({"format": "number"} if asked.number else {"format": "filepath"} if asked.path else {}),
        **({"default": asked.default} if asked.default is not None else {}),
        **({"choices": list(asked.choices)} if asked.choices else {}),
    }
