"""The card: what it reads back, and how it names what is wrong."""

import tomllib
from dataclasses import replace
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from styles.card import Card, Consent, Defaults
from styles.errors import BrokenPack
from tests.styles import making

DIGEST = "0f" * 32


def full() -> Card:
    card = making.card()
    return replace(
        card,
        sha256=DIGEST,
        size=replace(card.size, activation_bytes_per_pixel=401.5),
        defaults=Defaults(0.75, keep_colours=True, faces=False),
        consent=Consent("Ada", "Ada herself", "own work", ("telegram:1", "discord:2"), "2027-01-01", DIGEST),
    )


def values() -> dict[str, Any]:
    return tomllib.loads(full().to_toml())


def test_a_card_is_read_back_as_it_was_written() -> None:
    assert Card.parse(full().to_toml(), "style.toml") == full()
    plain = replace(full(), consent=None)
    assert Card.parse(plain.to_toml(), "style.toml") == plain


def test_a_card_older_than_the_treatment_of_faces_has_it() -> None:
    text = values()
    del text["defaults"]["faces"]
    assert Card.parse(tomli_w.dumps(text), "style.toml").defaults == Defaults(0.75, keep_colours=True, faces=True)


def test_network_options_may_be_left_out() -> None:
    text = {key: value for key, value in values().items() if key != "network_options"}

    assert Card.parse(tomli_w.dumps(text), "style.toml").network_options == {}


@pytest.mark.parametrize(
    ("path", "value", "phrase"),
    [
        ("id", "Uki yo", "`id` must match"),
        ("id", "a" * 33, "`id` must match"),
        ("id", None, "`id` is missing"),
        ("version", "1.0", "`version` must match"),
        ("title", "Tiny", "`title` must be a table"),
        ("title.en", None, "`title.en` is missing"),
        ("title.en", "two\nlines", "`title.en` must be one line of text"),
        ("title.EN!", "x", "`title.EN!` is not a key"),
        ("takes", "video", "`takes` must be one of photo, photo+reference, words"),
        ("network", 7, "`network` must be one line of text"),
        ("network_options.blocks", 10**9, "`network_options.blocks` must be a text, true, false, or a number"),
        ("network_options.blocks", float("nan"), "`network_options.blocks` must be"),
        ("network_options.blocks", [1], "`network_options.blocks` must be"),
        ("sha256", "0", "`sha256` must match"),
        ("size.multiple", 0, "`size.multiple` must be a whole number from 1 to 256"),
        ("size.minimum", True, "`size.minimum` must be a whole number"),
        ("size.best", 512.0, "`size.best` must be a whole number"),
        ("size.activation_bytes_per_pixel", 0, "`size.activation_bytes_per_pixel` must be a number from 1"),
        ("defaults.strength", 1.01, "`defaults.strength` must be a number from 0 to 1"),
        ("defaults.faces", 1, "`defaults.faces` must be true or false"),
        ("defaults.keep_colours", "yes", "`defaults.keep_colours` must be true or false"),
        ("licence.weights", None, "`licence.weights` is missing"),
        ("origin.trained_on", "yesterday", "`origin.trained_on` must match"),
        ("origin.data", {}, "`origin.data` must be a list"),
        ("origin.data", [{"title": "x", "source": "y"}], "`origin.data[0].licence` is missing"),
        ("consent.expires", "never", "`consent.expires` must match"),
        ("consent.scope", [1], "`consent.scope` must be one line of text"),
        ("consent.scope", [], "`consent.scope` names no chat"),
        ("consent.rights", "none", "`consent.rights` must be one of own work, licence, written consent"),
        ("colour", "red", "`colour` is not a known key"),
        ("size.best_side", 3, "`size.best_side` is not a known key"),
    ],
)
def test_a_wrong_key_is_named_with_its_file(path: str, value: Any, phrase: str) -> None:
    changed = values()
    *parents, key = path.split(".")
    table = changed
    for parent in parents:
        table = table[parent]
    if value is None:
        del table[key]
    else:
        table[key] = value

    with pytest.raises(BrokenPack) as caught:
        Card.parse(tomli_w.dumps(changed), "packs/tiny/style.toml")

    assert str(caught.value).startswith(f"packs/tiny/style.toml: {phrase}")
    assert str(caught.value).endswith(".")


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    with pytest.raises(BrokenPack, match=r"style\.toml: not valid TOML: .*line 1"):
        Card.parse("id = ?", "style.toml")


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "data", "best", "x"]), inner),
    max_leaves=6,
)


@given(key=st.sampled_from(sorted(values())), value=anything)
def test_whatever_stands_in_a_card_it_is_read_or_refused(key: str, value: Any) -> None:
    text = tomli_w.dumps(_without_none(values() | {key: value}))

    try:
        card = Card.parse(text, "style.toml")
    except BrokenPack as error:
        assert f"`{key}" in str(error)  # noqa: PT017 - both outcomes are right
    else:
        assert Card.parse(card.to_toml(), "style.toml") == card


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    return [_without_none(each) for each in value if each is not None] if isinstance(value, list) else value
