"""What ``/settings`` shows: the present rules in words, and buttons that say the commands which change them."""

from collections.abc import Iterable, Sequence

from bots import replies
from bots.conversation import naming
from bots.conversation.topics import STYLE, STYLES, TOPICS, Topic, Value, said
from bots.ledger.chats import Rules
from bots.message import Button, Text
from inference.service import StyleInfo

_PER_ROW = 3
_MOST_STYLES = 23  # buttons; the narrowest platform takes 25 in one message, and two are for “all” and “back”
_MOST_ECHOED = 40  # characters of what a person typed that are said back
_LONGEST_COMMAND = 64  # bytes


def topics(*, private: bool) -> tuple[Topic, ...]:
    """What can be decided here."""
    return tuple(topic for topic in TOPICS if not (private and topic.group))


def overview(tag: str, rules: Rules, *, private: bool, mark: bool) -> Text:
    """All rules. ``mark`` is False where the operator has turned the visible label off for all chats."""
    lines = [replies.text(tag, "settings-title")]
    for topic in topics(private=private):
        value = _holds(tag, topic, rules) if mark or topic.name != "label" else replies.text(tag, "label-never")
        lines.append(_line(tag, topic, value))
    buttons = [Button(replies.text(tag, topic.label), f"/settings {topic.name}") for topic in topics(private=private)]
    return Text("\n".join(lines), _rows(buttons), panel=True, whispered=True)


def choices(tag: str, topic: Topic, rules: Rules) -> Text:
    """One rule, and its choices."""
    present = getattr(rules, topic.rule)
    return _question(
        tag,
        topic,
        rules,
        (
            _button(tag, said(tag, topic, value), topic, word, chosen=value == present)
            for word, value in topic.choices.items()
        ),
    )


def styles(tag: str, topic: Topic, rules: Rules, installed: Sequence[StyleInfo]) -> Text:
    """A button for each style: pressed, it becomes the default; or it is taken off the list, or put on it."""
    return _question(tag, topic, rules, _styles(tag, topic, rules, installed[:_MOST_STYLES]))


def wrong(tag: str, example: str) -> Text:
    """What was typed is no choice."""
    return Text(replies.text(tag, "settings-wrong", example=f"/settings {example}"), whispered=True)


def unknown(
    tag: str, topic: Topic, installed: Sequence[StyleInfo], typed: Sequence[str], strange: Sequence[str]
) -> Text:
    """Some of the styles that were typed do not exist: which, and the command with the nearest in their place."""
    near = {name: naming.nearest(installed, name.lstrip("+-"))[:1] for name in strange}
    listed = ", ".join(f"“{name[:_MOST_ECHOED]}”" for name in strange[:3])
    found = [style.id for styles in near.values() for style in styles]
    text = replies.text(tag, "styles-unknown", styles=listed, near=len(found), found=", ".join(found))
    meant = [_sign(name) + near[name][0].id if near.get(name) else name for name in typed]
    command = f"/settings {topic.name} {' '.join(meant)}"
    if not all(near.values()) or len(command.encode()) > _LONGEST_COMMAND:
        command = f"/settings {topic.name}"
    return Text(text, ((Button(command, command),),), whispered=True)


def _styles(tag: str, topic: Topic, rules: Rules, installed: Sequence[StyleInfo]) -> Iterable[Button]:
    if topic is STYLE:
        yield _button(tag, replies.text(tag, "style-none"), topic, "none", chosen=not rules.style)
    else:
        yield _button(tag, replies.text(tag, "styles-all"), topic, "all", chosen=not rules.styles)
    for style in installed:
        on = style.id == rules.style if topic is STYLE else not rules.styles or style.id in rules.styles
        sign = "" if topic is STYLE else "-" if on else "+"
        yield _button(tag, naming.title(style, tag), topic, sign + style.id, chosen=on)


def _question(tag: str, topic: Topic, rules: Rules, buttons: Iterable[Button]) -> Text:
    example = f"/settings {topic.name} {topic.example}"
    asks = replies.text(tag, topic.asks)
    lines = [_line(tag, topic, _holds(tag, topic, rules)), asks, replies.text(tag, "settings-typed", example=example)]
    rows = _rows([*buttons, Button(replies.text(tag, "settings-back"), "/settings")])
    return Text("\n".join(lines), rows, panel=True, whispered=True)


def _holds(tag: str, topic: Topic, rules: Rules) -> str:
    """What a rule is now, in words."""
    if topic is STYLE:
        return rules.style or replies.text(tag, "style-none")
    if topic is STYLES:
        return ", ".join(rules.styles) or replies.text(tag, "styles-all")
    value: Value = getattr(rules, topic.rule)
    return said(tag, topic, value)


def _line(tag: str, topic: Topic, value: str) -> str:
    return replies.text(tag, "settings-line", rule=replies.text(tag, topic.label), value=value)


def _button(tag: str, label: str, topic: Topic, word: str, *, chosen: bool) -> Button:
    label = replies.text(tag, "settings-chosen", value=label) if chosen else label
    return Button(label, f"/settings {topic.name} {word}")


def _sign(name: str) -> str:
    return name[0] if name[:1] in "+-" else ""


def _rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[start : start + _PER_ROW]) for start in range(0, len(buttons), _PER_ROW))
