"""What is asked about a creator's style, step by step, and the statement that its creator agrees to."""

from datetime import UTC, date, datetime, timedelta

from bots import replies
from bots.conversation.consent import called
from bots.ledger.creations import Making, sha256
from bots.message import Button, Text
from inference.creation import FOREVER, RIGHTS

RIGHT_WORDS = dict(zip(("own", "licence", "consent"), RIGHTS, strict=True))
"""What a button says, and the right that it stands for."""
DAYS = {30: "creators-days-month", 365: "creators-days-year", 0: "creators-days-forever"}
"""For how many days, and the reply on the button; 0 is without end."""
Rows = tuple[tuple[Button, ...], ...]
_DIGITS = 8  # of a statement's digest, in the button that agrees to it


def collecting(tag: str, making: Making, count: int, remarks: tuple[str, ...] = ()) -> Text:
    """How many pictures there are, and what may be done next."""
    key = "creators-collect" if making.private else "creators-collect-group"
    lines = (*remarks, replies.text(tag, key, title=making.title, count=count))
    done = (button(making, replies.text(tag, "creators-done"), "done"),) if count else ()
    return Text("\n".join(lines), ((*done, drop(tag, making)),))


def rights(tag: str, making: Making) -> Rows:
    """The buttons under the draft."""
    labels = {"own": "creators-right-own", "licence": "creators-right-licence", "consent": "creators-right-consent"}
    one_each = tuple((button(making, replies.text(tag, labels[word]), f"right {word}"),) for word in RIGHT_WORDS)
    return (*one_each, (drop(tag, making),))


def following(tag: str, making: Making, count: int, *, trains: bool) -> Text:
    """The question after those that are answered already. ``trains``: the service makes styles better."""
    if not making.rights:
        return Text(replies.text(tag, "creators-draft", title=making.title), rights(tag, making))
    if making.everywhere is None:
        here = replies.text(tag, "creators-here-private" if making.private else "creators-here")
        everywhere = replies.text(tag, "creators-everywhere")
        chats = (button(making, here, "for here"), button(making, everywhere, "for all"))
        return Text(replies.text(tag, "creators-ask-chats"), (chats, (drop(tag, making),)))
    if making.days is None:
        spans = tuple(button(making, replies.text(tag, label), f"days {days}") for days, label in DAYS.items())
        return Text(replies.text(tag, "creators-ask-days"), (spans, (drop(tag, making),)))
    if trains and making.better is None:
        labels = {"yes": "creators-better-yes", "no": "creators-better-no"}
        answers = tuple(button(making, replies.text(tag, label), f"better {word}") for word, label in labels.items())
        return Text(replies.text(tag, "creators-ask-better"), (answers, (drop(tag, making),)))
    return agreement(tag, making, statement(tag, making, count))


def agreement(tag: str, making: Making, words: str) -> Text:
    """The statement, and the button that agrees to just these words."""
    agree = button(making, replies.text(tag, "creators-agree"), f"agree {short(words)}")
    return Text(words, ((agree, drop(tag, making)),))


def statement(tag: str, making: Making, count: int) -> str:
    """What the creator agrees to, in full words."""
    if making.shares:
        return replies.text(tag, "creators-statement-share", title=making.title, **_terms(making))
    words = replies.text(tag, "creators-statement", title=making.title, count=count, **_terms(making))
    return "\n".join([words, replies.text(tag, "creators-statement-better")]) if making.better else words


def last_day(days: int) -> str:
    """The day until which a style may be used that is granted today."""
    return (today() + timedelta(days=days)).isoformat() if days else FOREVER


def today() -> date:
    """As packs and services count: in UTC."""
    return datetime.now(UTC).date()


def approval(tag: str, making: Making) -> Text:
    """The words that ask an admin, or the operator, and their buttons."""
    key = "creators-question-share" if making.shares else "creators-question"
    names = {"creator": called(making.person), "title": making.title, "style": making.style}
    return Text(replies.text(tag, key, **names, **_terms(making)), approving(tag, making))


def approving(tag: str, making: Making) -> Rows:
    yes, no, look = (replies.text(tag, key) for key in ("creators-approve", "creators-refuse", "creators-look"))
    decide = (Button(yes, f"/approve {making.key} yes"), Button(no, f"/approve {making.key} no"))
    return (decide,) if making.shares else (decide, (Button(look, f"/approve {making.key} look"),))


def button(making: Making, label: str, words: str) -> Button:
    """A button for the creator alone."""
    return Button(label, f"/newstyle {making.key} {words}")


def drop(tag: str, making: Making) -> Button:
    return button(making, replies.text(tag, "creators-drop"), "drop")


def short(words: str) -> str:
    """The first digits of a statement's digest."""
    return sha256(words.encode())[:_DIGITS]


def _terms(making: Making) -> dict[str, str]:
    """Right, chats and time, as the replies choose by them."""
    right = next((word for word, right in RIGHT_WORDS.items() if right == making.rights), "own")
    where = "everywhere" if making.everywhere else "private" if making.private else "here"
    end = "never" if making.expires == FOREVER else "day"
    return {"rights": right, "place": where, "end": end, "day": making.expires}
