"""What an evaluation found: rows of figures, as Markdown and as plain values for JSON."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styles.evaluation.columns import COLUMNS, Column

PHOTO = "photo"  # the row of the photos themselves: where every style starts


@dataclass(frozen=True, slots=True)
class Row:
    """One style's figures, by the keys of ``COLUMNS``; None where there is nothing to measure.

    ``photos`` holds the figures of each photo, in the order of the report's, and ``thumbnails`` small JPEGs of the
    first few results.
    """

    name: str
    version: str
    figures: Mapping[str, float | int | None]
    photos: Sequence[Mapping[str, float | int]]
    thumbnails: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Report:
    """All rows, the photos' own first, and under what conditions they were measured."""

    size: int
    features: str
    layers: tuple[str, ...]
    device: str
    photos: tuple[str, ...]
    art: tuple[str, ...]
    rows: tuple[Row, ...]

    def conditions(self) -> str:
        """One line that says what the figures hold for."""
        return (
            f"{_counted(self.photos, 'photo')} and {_counted(self.art, 'art picture')}, middle squares of "
            f"{self.size}×{self.size}; features of {self.features} at {', '.join(self.layers)}; {self.device}."
        )

    def plain(self) -> dict[str, Any]:
        """Everything but the pictures, for JSON."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "rows"}
        rows = [
            {"style": row.name, "version": row.version, **row.figures, "photos": [dict(each) for each in row.photos]}
            for row in self.rows
        ]
        return {**values, "rows": rows}

    def best(self, column: Column) -> set[str]:
        """The names of the styles with the best figure, as shown; none where there is no choice."""
        shown = {row.name: row.figures[column.key] for row in self.rows if row.name != PHOTO}
        known = {name: round(value, column.decimals) for name, value in shown.items() if value is not None}
        if not column.better or len(known) < 2:
            return set()
        wanted = min(known.values()) if column.better == "lower" else max(known.values())
        return {name for name, value in known.items() if value == wanted}


def text(row: Row, column: Column) -> str:
    """A figure as people read it."""
    value = row.figures[column.key]
    return "–" if value is None else f"{value:,.{column.decimals}f}"


def markdown(report: Report) -> str:
    """A table with a row for every style; the best figure of each column is bold."""
    return "\n".join([report.conditions(), "", *_lines(report)])


def _lines(report: Report) -> Iterator[str]:
    heads = ["style", *(f"{column.head}{ARROWS[column.better]}" for column in COLUMNS)]
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * len(COLUMNS)}"
    for row in report.rows:
        cells = [_marked(report, row, column) for column in COLUMNS]
        yield f"| {' | '.join([row.name, *cells])} |"


ARROWS = {"lower": "\N{NO-BREAK SPACE}↓", "higher": "\N{NO-BREAK SPACE}↑", "": ""}


def _marked(report: Report, row: Row, column: Column) -> str:
    shown = text(row, column)
    return f"**{shown}**" if row.name in report.best(column) else shown


def _counted(things: Sequence[str], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
