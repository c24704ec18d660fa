"""docs/install.md, written from the table of clients: ``python -m server.install_page``."""

import sys
from collections.abc import Iterator

from server.clients.change import Named
from server.clients.entry import HTTP_TOKEN, Entry, Wanted, entry
from server.clients.table import CLIENTS, Client, Language, Scope

#: What the snippets pass on, where the server answers in them, and how a client calls uvx that cannot find it.
KEY = "POSTWRIGHT_GENVIRAL_API_KEY"
URL = "http://127.0.0.1:8765/mcp"
PATH = "/home/you/.local/bin/uvx"

_HEAD = f"""\
# Install

postwright runs from [uv](https://docs.astral.sh/uv/) (`pip install uv`) and needs Python 3.11 or newer, which uv brings
if it is not there. One command writes it into a client's configuration:

```sh
uvx postwright setup                # which clients are on this machine, and how each stands
uvx postwright setup claude-code    # shows the change, asks, writes
```

- The clients: {", ".join(f"`{name}`" for name in CLIENTS)}.
- All else in the file stays as it is, comments too; a copy of what was there lies beside it. A second run changes
  nothing. A file that cannot be changed safely is left alone, and the entry printed.
- `--yes` does not ask, `--print` writes nothing and prints the entry. `--scope project` takes the file of this folder,
  which others share; `--file` another one.
- Settings that are set when it runs go along ([settings.md](settings.md)), and so does `--env NAME`. Keys and tokens
  stand in the file as a reference only: set them in the environment that the client runs in. `--write-keys` writes them
  into a file of your own, for clients that get no environment.
- `--from 'postwright[keyring]'` takes an extra along, `--from .` runs a checkout:

```sh
uvx --from . postwright setup claude-code --from .
```

Many agents can share one server: `uvx postwright serve`, and `setup CLIENT --url {URL}`; with
`{HTTP_TOKEN}` set, clients send it. `uvx postwright doctor` says what is wrong, and how to mend it.
A plugin for Claude Code and OpenClaw, and a bundle for Claude Desktop: [packaging.md](packaging.md).
"""


def page() -> str:
    """Write the page."""
    return _HEAD + "".join("\n" + "\n".join(_section(client)) + "\n" for client in CLIENTS.values())


def own_command(client: Client, name: str = "postwright", arguments: tuple[str, ...] = ("postwright",)) -> str | None:
    """Write the client's own command that adds the server; ``None`` where it has none."""
    if client.adds is None:
        return None
    each = " ".join(f"--arg {argument}" for argument in arguments)
    return client.adds.format(name=name, command=" ".join(("uvx", *arguments)), arguments=each)


def with_key(client: Client) -> Entry:
    """Write the entry that a key is passed on with."""
    wanted = Wanted(settings={KEY: None}, secret=frozenset({KEY}))
    return entry(client, _shown(client), wanted, PATH if client.bare_path and _shown(client) == "user" else "uvx")


def with_token(client: Client) -> Entry | None:
    """Write the entry for a server over HTTP that asks for a token; ``None`` where the client reads no addresses."""
    wanted = Wanted(url=URL, settings={HTTP_TOKEN: None}, secret=frozenset({HTTP_TOKEN}))
    return entry(client, _shown(client), wanted, "") if client.remote else None


def _section(client: Client) -> Iterator[str]:
    yield f"## {client.title}\n"
    own = own_command(client)
    yield f"```sh\nuvx postwright setup {client.name}\n```\n"
    if own:
        yield f"or, by its own command:\n\n```sh\n{own}\n```\n"
    yield _files(client) + "\n"
    language = "toml" if client.language is Language.TOML else "json"
    yield f"```{language}\n{Named(client, 'postwright', with_key(client)).alone()}```\n"
    if client.bare_path:
        yield (
            "It may not have your `PATH`: in a file of your own, `setup` writes the whole path of `uvx`.\n"
            if client.expands
            else "It has neither your `PATH` nor your variables: `setup` writes the whole path of `uvx`, and with "
            "`--write-keys` the keys.\n"
        )
    if remote := with_token(client):
        yield f"A server over HTTP:\n\n```{language}\n{Named(client, 'postwright', remote).alone()}```\n"
    yield client.then.format(name="postwright")


def _files(client: Client) -> str:
    told: list[str] = []
    for scope, templates in client.files.items():
        *instead, plain = (f"`{template.replace('{config}', '<config>')}`" for template in templates)
        where = f"{plain} (or {', '.join(instead)})" if instead else plain
        told.append(f"{where}, shared with the project" if scope is Scope.PROJECT else where)
    words = f"Its file is {'; or '.join(told)}."
    if any("{config}" in template for templates in client.files.values() for template in templates):
        words += " `<config>` is `~/Library/Application Support` on macOS, `%APPDATA%` on Windows, else `~/.config`."
    return words


def _shown(client: Client) -> Scope:
    return Scope.PROJECT if Scope.PROJECT in client.files else Scope.USER


if __name__ == "__main__":
    sys.stdout.write(page())
