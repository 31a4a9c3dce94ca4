"""Every sentence exists in every language, says the same things, and is said by somebody."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from bots import replies
from bots.commands import MENU, NAMES
from inference import errors

FOLDER = Path(replies.__file__).parent
BOTS = FOLDER.parent


class Variables(Visitor):
    """Collects the variables that a message uses."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802  the library's name
        self.found.add(node.id.name)


def words(language: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((FOLDER / language).glob("*.ftl")))


def catalogue(language: str) -> dict[str, set[str]]:
    entries = FluentParser().parse(words(language)).body
    assert not [entry for entry in entries if isinstance(entry, ast.Junk)]
    messages: dict[str, set[str]] = {}
    for entry in entries:
        if isinstance(entry, ast.Message):
            assert entry.id.name not in messages, f"{entry.id.name} is said twice"
            variables = Variables()
            variables.visit(entry)
            messages[entry.id.name] = variables.found
    return messages


def error_codes() -> set[str]:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    return {kind.code for kind in kinds if issubclass(kind, errors.ServiceError)}


def said() -> Iterator[str]:
    """The keys that the code names; those it puts together are spelled out here by the lists they come from."""
    for path in BOTS.rglob("*.py"):
        yield from re.findall(r"""["']([a-z]+(?:-[a-z]+)*)["']""", path.read_text("utf-8"))
    yield from (f"command-{name}" for name in MENU)
    yield from (f"option-{name}" for name in replies.OPTIONS)
    yield from (f"action-{name}" for name in ("restyle", "restyle-avatar"))
    yield from (f"error-{code}" for code in error_codes() | {"gone"})


def test_the_languages_have_the_same_messages_with_the_same_variables() -> None:
    english = catalogue("en")
    for language in replies.LANGUAGES:
        assert catalogue(language) == english


def test_every_error_of_the_service_has_its_own_sentence() -> None:
    for language in replies.LANGUAGES:
        sentences = [replies.text(language, f"error-{code}") for code in error_codes()]
        assert len(set(sentences)) == len(sentences)


def test_no_message_is_left_that_nobody_says() -> None:
    assert set(catalogue("en")) - set(said()) == set()


def test_no_platform_is_named() -> None:
    for language in replies.LANGUAGES:
        text = words(language).lower()
        assert not re.search("telegram|discord|matrix|微信|qq", text)


def test_every_command_can_be_put_into_a_menu() -> None:
    for language in replies.LANGUAGES:
        menu = replies.commands(language)
        assert tuple(name for name, _ in menu) == MENU
        assert set(MENU) < set(NAMES)
        assert all(0 < len(description) <= 100 for _, description in menu)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh-hans", "zh"), ("zh_TW", "zh"), ("ZH", "zh"), ("en-GB", "en"), ("de", "en"), ("", "en"), ("zhuang", "en")],
)
def test_people_read_their_own_language_or_english(tag: str, language: str) -> None:
    assert replies.language(tag) == language
    assert replies.text(tag, "hint") == replies.text(language, "hint")


def test_a_sentence_that_is_missing_or_lacks_a_value_is_found_out() -> None:
    with pytest.raises(LookupError, match="no-such-key"):
        replies.text("en", "no-such-key")
    with pytest.raises(LookupError, match="caption"):
        replies.text("en", "caption")


def test_numbers_are_said_properly() -> None:
    assert replies.text("en", "cancelled", count=1) == "Cancelled: one picture."
    assert replies.text("en", "cancelled", count=3) == "Cancelled: 3 pictures."
    assert "1 second." in replies.text("en", "waiting-next", eta=1)
