"""Rows of buttons, as long as a platform takes them."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def broken(rows: Sequence[Sequence[T]], width: int) -> list[list[T]]:
    """The same in rows of at most ``width``."""
    return [list(row[start : start + width]) for row in rows for start in range(0, len(row), width)]
