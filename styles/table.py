"""A TOML table that is read key by key; whatever is wrong is said with the file and the key."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from styles.errors import BrokenPack

LONGEST_TEXT = 500
LONGEST_LIST = 1000


class Table:
    """Takes checked values out of ``values``; ``done`` refuses what nobody took."""

    def __init__(self, source: str, path: str, values: Mapping[str, Any]) -> None:
        self.source, self.path, self.values = source, path, values
        self.taken: set[str] = set()

    def refuse(self, key: str, reason: str) -> NoReturn:
        raise BrokenPack(self.source, f"`{self.path}{key}` {reason}")

    def need(self, key: str) -> Any:
        self.taken.add(key)
        if key not in self.values:
            self.refuse(key, "is missing")
        return self.values[key]

    def names(self, pattern: re.Pattern[str] | None = None) -> list[str]:
        for key in self.values:
            if pattern and not pattern.fullmatch(key):
                self.refuse(key, f"is not a key that matches {pattern.pattern}")
        return list(self.values)

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        return self._text(key, self.need(key), pattern)

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self._text(key, value, None) for value in self._list(key))

    def choice(self, key: str, choices: Sequence[str]) -> str:
        value = self.text(key)
        if value not in choices:
            self.refuse(key, f"must be one of {', '.join(choices)}")
        return value

    def boolean(self, key: str) -> bool:
        value = self.need(key)
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        value = self.need(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.refuse(key, f"must be a whole number from {low} to {high}")
        return value

    def number(self, key: str, low: float, high: float) -> float:
        value = self.need(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.refuse(key, f"must be a number from {low:g} to {high:g}")
        return float(value)

    def option(self, key: str, highest: int) -> bool | int | float | str:
        value = self.need(key)
        if isinstance(value, str):
            return self._text(key, value, None)
        if not isinstance(value, bool | int | float) or not math.isfinite(value) or abs(value) > highest:
            self.refuse(key, f"must be a text, true, false, or a number up to {highest}")
        return value

    def table(self, key: str, *, optional: bool = False) -> "Table":
        self.taken.add(key)
        return self._table(key, self.values.get(key, {}) if optional else self.need(key))

    def tables(self, key: str) -> list["Table"]:
        return [self._table(f"{key}[{place}]", value) for place, value in enumerate(self._list(key))]

    def done(self) -> None:
        for key in self.values:
            if key not in self.taken:
                self.refuse(key, "is not a known key")

    def _text(self, key: str, value: Any, pattern: re.Pattern[str] | None) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT or not value.isprintable():
            self.refuse(key, f"must be one line of text with at most {LONGEST_TEXT} characters")
        if pattern and not pattern.fullmatch(value):
            self.refuse(key, f"must match {pattern.pattern}")
        return value

    def _list(self, key: str) -> list[Any]:
        value = self.need(key)
        if not isinstance(value, list) or len(value) > LONGEST_LIST:
            self.refuse(key, f"must be a list with at most {LONGEST_LIST} entries")
        return value

    def _table(self, key: str, value: Any) -> "Table":
        if not isinstance(value, dict):
            self.refuse(key, "must be a table")
        return Table(self.source, f"{self.path}{key}.", value)
