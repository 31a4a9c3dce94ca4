"""Buttons and menus. What a press says travels in the button itself, so it works after a restart."""

import logging
from collections.abc import Sequence
from itertools import islice
from typing import Any

import discord

from bots.message import Button
from bots.rows import broken

PER_ROW, ROWS, PER_MENU = 5, 5, 25
"""Discord's limits: a message has 5 rows, each with 5 buttons or one menu of 25 options."""
LABEL, OPTION = 80, 100
"""Characters of a label on a button and in a menu."""
MENU = "menu:"
"""What a menu is called; the command is in the option that was chosen."""

Part = discord.ui.Button[Any] | discord.ui.Select[Any]
"""A button or a menu."""

_log = logging.getLogger(__name__)


def parts(rows: Sequence[Sequence[Button]]) -> list[list[Part]]:
    """Buttons as rows where they fit, as menus where they do not."""
    rows = _reflow(_without_repetition(rows))
    if len(rows) > ROWS:
        return _menus([button for row in rows for button in row])
    return [[_button(button) for button in row] for row in rows if row]


def board(rows: Sequence[Sequence[Button]]) -> discord.ui.View | None:
    """The same below words and pictures; None when there are none."""
    found = parts(rows)
    if not found:
        return None
    view = discord.ui.View(timeout=None)
    for index, row in enumerate(found):
        for part in row:
            part.row = index
            view.add_item(part)
    view.stop()  # presses are answered by what they carry: the library need not remember the view
    return view


def pressed(data: object) -> str | None:
    """The command that a press says; None when it is none of ours."""
    if not isinstance(data, dict):
        return None
    custom_id, values = str(data.get("custom_id", "")), data.get("values") or [""]
    command = str(values[0]) if custom_id.startswith(MENU) else custom_id
    return command if command.startswith("/") else None


def _without_repetition(rows: Sequence[Sequence[Button]]) -> list[list[Button]]:
    """Discord refuses a message in which two buttons carry the same command."""
    seen: set[str] = set()
    kept: list[list[Button]] = []
    for row in rows:
        kept.append([])
        for button in row:
            if button.command not in seen:
                seen.add(button.command)
                kept[-1].append(button)
    return kept


def _reflow(rows: Sequence[Sequence[Button]]) -> list[list[Button]]:
    """Rows of at most five; packed tightly when they would otherwise be too many."""
    wrapped = broken(rows, PER_ROW)
    if len(wrapped) <= ROWS:
        return wrapped
    flat = iter([button for row in rows for button in row])
    return list(iter(lambda: list(islice(flat, PER_ROW)), []))


def _button(button: Button) -> Part:
    return discord.ui.Button(label=(button.label or button.command)[:LABEL], custom_id=button.command)


def _menus(buttons: Sequence[Button]) -> list[list[Part]]:
    if len(buttons) > ROWS * PER_MENU:
        _log.warning("%d buttons are more than a message can carry; the last ones are left out", len(buttons))
    chosen = [buttons[start : start + PER_MENU] for start in range(0, len(buttons), PER_MENU)][:ROWS]
    return [[_menu(index, some)] for index, some in enumerate(chosen)]


def _menu(index: int, buttons: Sequence[Button]) -> Part:
    options = [discord.SelectOption(label=(b.label or b.command)[:OPTION], value=b.command) for b in buttons]
    return discord.ui.Select(custom_id=f"{MENU}{index}", options=options)
