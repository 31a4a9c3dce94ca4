"""Buttons, which Matrix has not: a numbered list to answer with a number, or to react to with one.

What the numbers mean travels in the event itself, under a key of our own, and is read back from there when somebody
answers it. So buttons work for as long as their message stands, whoever restarted in between.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from bots import replies
from bots.message import Button

KEY = "org.atelier.buttons"
NUMBER = re.compile(r"(\d{1,3})[.)]?")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
KEYCAP = "\N{COMBINING ENCLOSING KEYCAP}"
TEN = "\N{KEYCAP TEN}"

Rows = Sequence[Sequence[Button]]


def listed(words: str, rows: Rows) -> str:
    """The words, and under them the buttons with their numbers and how to press one."""
    if not any(rows):
        return words
    number, lines = 0, []
    for row in rows:
        labels = []
        for button in row:
            number += 1
            labels.append(f"{number}. {button.label}")
        lines.append("   ".join(labels))
    listing = "\n".join(lines)
    tag = "zh" if CHINESE.search(words + listing) else "en"  # the hint follows the words, whose language is not told
    return f"{words}\n\n{listing}\n{replies.text(tag, 'choose-by-number')}".strip()


def carried(rows: Rows, beside: Sequence[str] = ()) -> dict[str, Any]:
    """What an event carries of its buttons; ``beside`` are the earlier events of the same answer."""
    commands = [button.command for row in rows for button in row]
    return {KEY: {"commands": commands, "beside": list(beside)}} if commands else {}


def chosen(words: str) -> int | None:
    """The number that somebody said or reacted with."""
    words = words.strip()
    if words.removesuffix("\N{VARIATION SELECTOR-16}") == TEN:
        return 10
    match = NUMBER.fullmatch(unicodedata.normalize("NFKC", words.replace(KEYCAP, "").replace("\ufe0f", "")))
    return int(match[1]) if match else None


def command(content: Mapping[str, Any], number: int) -> str | None:
    """What the button of a number says, in an event of ours."""
    kept = content.get(KEY)
    commands = kept.get("commands") if isinstance(kept, dict) else None
    if not isinstance(commands, list) or not 1 <= number <= len(commands):
        return None
    return str(commands[number - 1])


def sent_id(content: Mapping[str, Any], event: str) -> str:
    """The id of the whole answer that an event of ours with buttons belongs to."""
    kept = content.get(KEY)
    beside = kept.get("beside") if isinstance(kept, dict) else None
    return " ".join([*(beside if isinstance(beside, list) else ()), event])
