"""The resources that a client can read, as a table: where each is, what it is called, and how it is made."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import mcp_types as types
from mcp.shared.exceptions import MCPError

from engine.desk import Desk
from engine.modes import ServerMode
from schemas.errors import ErrorCode
from schemas.jsonvalue import JsonObject
from schemas.untrusted import clean

MARKDOWN, JSON = "text/markdown", "application/json"


@dataclass(frozen=True, slots=True)
class Row:
    """One resource, or one for each of several words: ``uri`` then has ``{...}`` in place of the word.

    ``make`` writes it; ``words`` are all that may stand there. ``listed``: one by one, beside the template.
    ``posting``: it says what create_post takes, and is not there where nothing can be posted.
    """

    uri: str
    name: str
    title: str
    description: str
    make: Callable[[Desk, str], str]
    words: Callable[[Desk], Iterable[str]] | None = None
    listed: bool = False
    posting: bool = False
    media_type: str = MARKDOWN

    @property
    def argument(self) -> str:
        """What the word is called in the template."""
        return self.uri.partition("{")[2].partition("}")[0]

    def at(self, word: str) -> str:
        """Where the resource of one word is."""
        return self.uri.replace(f"{{{self.argument}}}", word)


def _errors(desk: Desk, _: str) -> str:
    from server import error_reference  # noqa: PLC0415  (every provider's table, which few servers are asked for)

    return error_reference.page()


def _error(desk: Desk, word: str) -> str:
    from server import error_reference  # noqa: PLC0415

    return error_reference.entry(ErrorCode(word))


def _rules(desk: Desk, word: str) -> str:
    from server import rules_page  # noqa: PLC0415  (only for who reads it)

    return rules_page.page(desk.providers[word].rules)


def _schema(desk: Desk, word: str) -> str:
    from server import rules_page  # noqa: PLC0415

    return rules_page.schema(desk.providers[word].rules)


def _platforms(desk: Desk, _: str) -> str:
    from server import platforms_page  # noqa: PLC0415

    return platforms_page.page([provider.rules for provider in desk.providers.values()])


def _codes(desk: Desk) -> Iterable[str]:
    return [code.value for code in ErrorCode]


def _providers(desk: Desk) -> Iterable[str]:
    return list(desk.providers)


ROWS: tuple[Row, ...] = (
    Row(
        "postwright://errors",
        "errors",
        "Error reference",
        "Every error code: what it means, whose move it is, whether to repeat the call.",
        _errors,
    ),
    Row(
        "postwright://errors/{code}",
        "error",
        "One error code",
        "What one error_code means and what to do.",
        _error,
        words=_codes,
    ),
    Row(
        "postwright://platforms",
        "platforms",
        "Platforms side by side",
        "What each platform takes through each provider that is on: caption limit and unit, images, settings.",
        _platforms,
        posting=True,
    ),
    Row(
        "postwright://rules/{provider}",
        "rules",
        "Rules of a provider",
        "All that create_post takes through one provider: every limit with its unit, scope and source.",
        _rules,
        words=_providers,
        listed=True,
        posting=True,
    ),
    Row(
        "postwright://rules/{provider}/schema",
        "schema",
        "JSON schema of a provider",
        "The arguments of create_post for one provider alone, as JSON schema.",
        _schema,
        words=_providers,
        posting=True,
        media_type=JSON,
    ),
)


class Resources:
    """The rows that there are at one desk."""

    def __init__(self, desk: Desk) -> None:
        posts = desk.modes.server is not ServerMode.READ
        self._desk = desk
        self._rows = [row for row in ROWS if posts or not row.posting]

    def listed(self) -> types.ListResourcesResult:
        """List what stands by itself, and each word's where the row says so."""
        return types.ListResourcesResult(
            resources=[types.Resource(uri=uri, **_told(row, title)) for row, uri, title in self._each()]
        )

    def templates(self) -> types.ListResourceTemplatesResult:
        """List what there is one of for each word."""
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(uri_template=row.uri, **_told(row, row.title))
                for row in self._rows
                if row.words is not None
            ]
        )

    def words(self, template: str) -> list[str]:
        """List what may stand in a template: nothing, of one that is not there."""
        found = next((row for row in self._rows if row.uri == template), None)
        return list(found.words(self._desk)) if found and found.words else []

    def read(self, uri: str) -> types.ReadResourceResult:
        """Write one.

        Raises:
            MCPError: there is none at this address.
        """
        row, word = self._at(uri)
        contents = types.TextResourceContents(uri=uri, mime_type=row.media_type, text=row.make(self._desk, word))
        return types.ReadResourceResult(contents=[contents])

    def _each(self) -> Iterator[tuple[Row, str, str]]:
        for row in self._rows:
            if row.words is None:
                yield row, row.uri, row.title
            elif row.listed:
                yield from ((row, row.at(word), f"{row.title}: {word}") for word in row.words(self._desk))

    def _at(self, uri: str) -> tuple[Row, str]:
        for row in self._rows:
            for word in row.words(self._desk) if row.words else [""]:
                if row.at(word) == uri:
                    return row, word
        there = [row.uri if row.words is None else f"{row.uri} ({_few(row.words(self._desk))})" for row in self._rows]
        message = f"No resource {clean(uri, _SHOWN)!r}. There are: {', '.join(there)}."
        raise MCPError(code=types.INVALID_PARAMS, message=message, data={"uri": clean(uri, _SHOWN)})


def _told(row: Row, title: str) -> JsonObject:
    return {"name": row.name, "title": title, "description": row.description, "mime_type": row.media_type}


def _few(words: Iterable[str]) -> str:
    named = list(words)
    return ", ".join(named if len(named) <= _MOST else [*named[:_MOST], "..."])


_MOST = 4
_SHOWN = 200
