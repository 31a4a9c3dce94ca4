"""Every sentence that people read, in English and Chinese (Fluent catalogues in a folder for each)."""

from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from bots.commands import MENU

LANGUAGES = ("en", "zh")
OPTIONS = ("image", "style", "strength", "keep_colours", "match_colours", "sharp", "faces")


def language(tag: str) -> str:
    """The catalogue for an IETF tag such as "zh-Hans": Chinese for every zh, English for all others."""
    primary = tag.replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else "en"


def text(tag: str, key: str, **values: str | int | float) -> str:
    """One sentence in the language of ``tag``.

    Raises:
        LookupError: no such sentence, or a value it needs is missing.
    """
    bundle = _bundle(language(tag))
    if not bundle.has_message(key):
        raise LookupError(f"no reply “{key}” in {language(tag)}")
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise LookupError(f"reply “{key}” says nothing in {language(tag)}")
    words, errors = bundle.format_pattern(pattern, values)
    if errors:
        raise LookupError(f"reply “{key}” in {language(tag)}: {errors[0]}")
    return str(words)


def commands(tag: str) -> tuple[tuple[str, str], ...]:
    """The commands for a platform's menu, as (name, description) pairs."""
    return tuple((name, text(tag, f"command-{name}")) for name in MENU)


def options(tag: str) -> dict[str, str]:
    """What each option of ``/style`` means, by its name, for platforms whose commands have typed options."""
    return {name: text(tag, f"option-{name}") for name in OPTIONS}


def actions(tag: str) -> dict[str, str]:
    """Labels of actions on what is already there: "restyle" on a message, "restyle-avatar" on a person."""
    return {name: text(tag, f"action-{name}") for name in ("restyle", "restyle-avatar")}


def prepare() -> None:
    """Read the catalogues ahead: the first sentence of a language, with a number in it, takes a tenth of a second."""
    for chosen in LANGUAGES:
        text(chosen, "cancelled", count=2)


@cache
def _bundle(chosen: str) -> FluentBundle:
    # Isolation marks help mixed right-to-left texts, which neither language has, and show as boxes in some clients.
    bundle = FluentBundle([chosen], use_isolating=False)
    for catalogue in sorted((Path(__file__).parent / chosen).glob("*.ftl")):
        bundle.add_resource(FluentResource(catalogue.read_text("utf-8")))
    return bundle
