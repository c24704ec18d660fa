"""docs/accounts.md, its second half written from the registry of networks: ``python -m server.accounts_page``."""

import sys
from collections.abc import Iterator

from providers.local.vault import FILE
from providers.networks.catalogue import KINDS
from providers.networks.kind import Ask, Kind
from schemas.media_rule import Measure, MediaRule
from schemas.rule import Check, Rule
from server.settings import PREFIX

_HEAD = f"""\
# Accounts that postwright posts to itself

The provider `local` delivers to open networks directly, without a service in between. An account is added by a person,
once, at a terminal; agents never see its secrets.

```sh
postwright accounts add bluesky     # asks what is missing, logs in, shows who it is, keeps the login
postwright accounts list            # who is there, how each stands, how many posts wait
postwright accounts test            # asks each network whether the login still works; publishes nothing
postwright accounts remove ID       # says what waits there, and asks
```

A server or worker that runs already notices within a second. `{PREFIX}PROVIDERS` must have `local` on it where a hosted
provider is on too. `local:outbox` is always there; `{PREFIX}WEBHOOK_URL` adds `local:webhook`.

## Without a terminal

Every option of `accounts add NETWORK` can be given; `accounts add --help` lists them. A secret is given as `-`, and is
then the next line of standard input, so that it stands in no list of processes and no history:

```sh
postwright accounts add bluesky --identifier alice.example --password - < password.txt
```

## Where the secrets are

Not in the database, whose copies travel. `{PREFIX}SECRETS` chooses: `keyring` is the keyring of the system (install
`postwright[keyring]`); `file` is `{FILE}` in the home, readable to its owner alone (one that others may read is
refused, with the command that mends it); `auto`, the default, is the keyring where there is a usable one, else the
file. From the moment they are read they are cut out of results, logs and the audit trail. Sessions that renew
themselves keep the new secrets in the same place.

With one database for several machines, each machine has the logins that were added on it. An account without a login
here says so in `list_accounts`, and what is posted there waits for a machine that has one.

## When a login dies

The network refuses it: the account becomes `needs_reconnect`, and no delivery is tried on it any more. What waits
there goes on waiting (it is missed like any other post when it is too late), and a new post there is refused, with the
command that mends it: `postwright accounts add NETWORK` again. The same account is recognised, its login renewed, and
what waits goes out.

## Removing

What waits on a removed account is cancelled, and each post says so; what is published stays where it is. A delivery
that is under way at that moment ends as it ends.

`delete_post` takes live posts back where the network can (Bluesky, Mastodon, Nostr, Matrix, Telegram, Discord);
elsewhere it says what to do by hand. What else becomes of a post on each network, and of a lost answer:
[networks.md](networks.md).

## What each network asks for and takes

The options of `accounts add NETWORK`, then what is checked before anything is sent, with the source of each limit.
"""


def page() -> str:
    """Write the page."""
    return _HEAD + "".join(line for kind in KINDS.values() for line in _section(kind))


def _section(kind: Kind) -> Iterator[str]:
    yield f"\n### {kind.title}\n\n`postwright accounts add {kind.platform}`\n\n"
    yield "| option | what it is | default |\n| --- | --- | --- |\n"
    yield from map(_ask, kind.asks)
    facts = [*_limits(kind), *_pace(kind), *_settings(kind)]
    yield f"\n{''.join(facts)}" if facts else ""


def _ask(ask: Ask) -> str:
    default = "" if ask.default is None else f"`{ask.default}`" if ask.default else "none"
    return f"| `--{ask.name}`{' (secret)' if ask.secret else ''} | {_cell(ask.words)} | {default} |\n"


def _limits(kind: Kind) -> Iterator[str]:
    for rule in kind.rules:
        if rule.check in _WORDS:
            bound = f"{_WORDS[rule.check]} {rule.limit} {rule.unit.value}"
            yield f"- `{rule.path}`{_where(rule)}: {bound} ({rule.source})\n"
    for row in kind.media:
        otherwise = "" if row.sure else ", else a warning"
        yield f"- {row.kind}, {row.measure.value}: {_media(row)}{otherwise} ({row.source})\n"
    if kind.alt_text:
        yield f"- alternative text: at most {kind.alt_text.most} characters\n"


def _where(rule: Rule) -> str:
    return f" with a {rule.scope.media}" if rule.scope and rule.scope.media else ""


def _media(row: MediaRule) -> str:
    if row.measure is Measure.TYPE:
        return ", ".join(sorted(row.among))
    bounds = (("at least", row.least), ("at most", row.most))
    return ", ".join(f"{word} {number:,.12g}" for word, number in bounds if number is not None)


def _pace(kind: Kind) -> Iterator[str]:
    seconds = kind.pace.every.total_seconds()
    if seconds:
        ahead = f", after a first {kind.pace.burst}" if kind.pace.burst > 1 else ""
        yield f"- pace: one post in {seconds:g} s on an account{ahead}\n"


def _settings(kind: Kind) -> Iterator[str]:
    if kind.settings is None:
        return
    yield f"- `{kind.platform}` in `create_post` and `update_post`:\n"
    for name, field in kind.settings.model_fields.items():
        yield f"  - `{name}`: {field.description or 'see the schema'}\n"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


_WORDS = {
    Check.MAX_LENGTH: "at most",
    Check.MIN_LENGTH: "at least",
    Check.MAX_ITEMS: "at most",
    Check.MIN_ITEMS: "at least",
}

if __name__ == "__main__":
    sys.stdout.write(page())
