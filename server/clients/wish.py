"""What is wanted of an entry, read from the options of ``postwright setup`` and the settings that are set."""

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from pydantic import SecretStr

from server.clients.entry import HTTP_TOKEN, Wanted
from server.settings import PREFIX, Settings, ignored

#: Every setting by its variable, and those that are secrets. Those of serving HTTP are no business of a client.
SETTINGS = {f"{PREFIX}{name.upper()}": field for name, field in Settings.model_fields.items()}
_SERVING = f"{PREFIX}HTTP_"


class WishError(Exception):
    """Raised for an option that cannot be; the message names it, and says what can."""


def wished(
    source: str | None,
    url: str | None,
    variables: Sequence[str],
    environment: Mapping[str, str] = os.environ,
    *,
    write_keys: bool = False,
) -> Wanted:
    """Read the options.

    Raises:
        WishError: one of them cannot be.
    """
    if url is not None and source is not None:
        raise WishError("--from and --url: a client starts the server, or finds it at an address.")
    known = {name: value for name, value in environment.items() if name in SETTINGS and not ignored(value)}
    for name in variables:
        _check(name, serving=url is None)
    passed = {name: known.get(name) for name in (*known, *variables) if (name == HTTP_TOKEN) is (url is not None)}
    if url is None:
        passed = {name: value for name, value in passed.items() if not name.startswith(_SERVING)}
    else:
        _check_url(url)
    return Wanted(
        arguments=_arguments(source),
        url=url,
        settings=passed,
        secret=frozenset(name for name, field in SETTINGS.items() if _secret(field.annotation)),
        write_keys=write_keys,
    )


def _check(name: str, *, serving: bool) -> None:
    if name not in SETTINGS:
        near = difflib.get_close_matches(name, SETTINGS, 1)
        raise WishError(f"--env: {name[:60]} is no setting" + (f"; did you mean {near[0]}?" if near else "."))
    if not serving and name != HTTP_TOKEN:
        raise WishError(f"--env: a server at an address has its own settings; only {HTTP_TOKEN} goes to it.")
    if serving and name.startswith(_SERVING):
        raise WishError(f"--env: {name} is for a server over HTTP (--url).")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good, parts = False, urlsplit("")
    if not good or re.search(r"\s", url):
        raise WishError("--url takes an address such as http://127.0.0.1:8765/mcp.")
    if parts.username is not None or parts.password is not None:
        raise WishError(f"--url with a login would stand in the file: set {HTTP_TOKEN} instead.")


def _arguments(source: str | None) -> tuple[str, ...]:
    """Name what uvx runs; a path is made whole, since a client starts it in a folder of its own."""
    if source is None:
        return ("postwright",)
    path, bracket, extras = source.partition("[")
    if Path(path).is_absolute() or path.startswith(".") or os.sep in path.partition(":")[0]:
        if not Path(path).exists():
            raise WishError(f"--from: there is no {path[:200]}.")
        source = f"{Path(path).resolve()}{bracket}{extras}"
    return ("--from", source, "postwright")


def _secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_secret, get_args(annotation)))
