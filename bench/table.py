"""The one table that a run prints."""

from collections.abc import Mapping, Sequence

from bench.line import Line

HEADINGS = ("row", "measured: p50 [p10-p90]", "ours", "bare", "ratio", "budget", "")


def table(rows: Mapping[str, Sequence[Line]]) -> str:
    """Write all lines as one Markdown table; a row's name stands at its first line."""
    cells = [HEADINGS, *(_cells(name if not index else "", line) for name, index, line in _numbered(rows))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    written = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in cells]
    written.insert(1, f"| {' | '.join('-' * width for width in widths)} |")
    return "\n".join(written)


def _numbered(rows: Mapping[str, Sequence[Line]]) -> list[tuple[str, int, Line]]:
    return [(name, index, line) for name, lines in rows.items() for index, line in enumerate(lines)]


def _cells(name: str, line: Line) -> tuple[str, ...]:
    ratio = f"{line.ratio:.2f}x" if line.ratio is not None else ""
    budget = str(line.budget) if line.budget else ""
    return (name, line.what, line.ours, line.bare, ratio, budget, line.verdict)
