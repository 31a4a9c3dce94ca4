"""What people type, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.commands import NAMES, RESTYLING, Command, Wish, parse, spoken, wish
from bots.conversation import naming
from tests.bots.console import STYLES


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/style ukiyoe", Wish("ukiyoe")),
        ("/STYLE Starry Night", Wish("Starry Night")),
        ("!style ukiyoe", Wish("ukiyoe")),
        ("/style", Wish()),
        ("  /style\nukiyoe  ", Wish("ukiyoe")),
        ("/style ukiyoe 70%", Wish("ukiyoe", 0.7)),
        ("/style ukiyoe 70 %", Wish("ukiyoe", 0.7)),
        ("/style\u3000ukiyoe\u3000\uff17\uff10\uff05", Wish("ukiyoe", 0.7)),
        ("/style ukiyoe 70", Wish("ukiyoe", 0.7)),
        ("/style ukiyoe 0.7", Wish("ukiyoe", 0.7)),
        ("/style ukiyoe 150%", Wish("ukiyoe", 1.5)),
        ("/style ukiyoe -5%", Wish("ukiyoe", -0.05)),
        ("/style 40%", Wish("", 0.4)),
        ("/style 3", Wish("3")),
        ("/style ukiyoe keep", Wish("ukiyoe", None, True)),
        ("/style ukiyoe Keep my Colors", Wish("ukiyoe", None, True)),
        ("/style ukiyoe 70% keep colours", Wish("ukiyoe", 0.7, True)),
        ("/style ukiyoe keep 70%", Wish("ukiyoe", 0.7, True)),
        ("/style 浮世绘 70% 保留颜色", Wish("浮世绘", 0.7, True)),
        ("/style keepsake", Wish("keepsake")),
        ("/style ukiyoe match", Wish("ukiyoe", match_colours=True)),
        ("/style ukiyoe sharper 60% match colors", Wish("ukiyoe", 0.6, match_colours=True, sharp=True)),
        ("/style ukiyoe no faces keep", Wish("ukiyoe", None, True, faces=False)),
        ("/style ukiyoe face", Wish("ukiyoe", faces=True)),
        ("/style 浮世绘 清晰 匹配颜色 不细画脸", Wish("浮世绘", match_colours=True, sharp=True, faces=False)),
        ("/style surface", Wish("surface")),
        ("/style sharp sharp", Wish("sharp", sharp=True)),
    ],
)
def test_a_command_is_read_as_people_write_it(text: str, meant: Wish) -> None:
    command = parse(text)
    assert command is not None
    assert command.name == "style"
    assert command.wish == meant


@pytest.mark.parametrize("text", ["", "style ukiyoe", "look at this: /style ukiyoe", "!", "/", "!!!", "/ style"])
def test_words_are_no_command(text: str) -> None:
    assert parse(text) is None


def test_an_unknown_command_is_still_a_command() -> None:
    assert parse("/Paint me") == Command("paint", "me")


def test_what_admins_may_keep_to_themselves_are_commands_that_make_pictures() -> None:
    assert set(RESTYLING) - set(NAMES) == {"again"}, "the buttons under a result are typed by nobody"
    assert not set(RESTYLING) & {"help", "privacy", "forgetme", "language", "queue", "cancel", "settings"}


@given(st.text(max_size=400))
def test_anything_typed_is_read_without_harm(text: str) -> None:
    parse(text)
    read = wish(text)
    assert len(read.style) <= 20 * 200  # one character may be many when normalised


@given(
    st.sampled_from(["ukiyoe", "starry-night", "a" * 32, ""]),
    st.none() | st.integers(0, 100).map(lambda percent: percent / 100),
    st.sampled_from([(None, None), (True, None), (None, True)]),
    st.none() | st.just(value=True),
    st.none() | st.booleans(),
    st.sampled_from(["style", "avatar"]),
)
def test_a_button_says_what_it_was_made_for_and_fits_every_platform(
    style: str,
    strength: float | None,
    colours: tuple[bool | None, bool | None],
    sharp: bool | None,
    faces: bool | None,
    name: str,
) -> None:
    meant = Wish(style, strength, *colours, sharp, faces)
    text = spoken(name, meant)
    command = parse(text)
    assert command is not None
    assert (command.name, command.wish) == (name, meant)
    assert len(text.encode()) <= 64


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ukiyoe", "ukiyoe"),
        ("UKIYO-E", "ukiyoe"),
        ("Starry night", "starry-night"),
        ("星夜", "starry-night"),
        ("浮世绘", "ukiyoe"),
        ("3", "anime"),
        ("ánime", "anime"),
    ],
)
def test_a_style_is_known_by_id_title_and_number(typed: str, found: str) -> None:
    style = naming.exact(STYLES, typed)
    assert style is not None
    assert style.id == found


@pytest.mark.parametrize("typed", ["", "4", "0", "ukiyo", "🎨", "²"])
def test_what_is_only_near_is_not_taken_for_the_style(typed: str) -> None:
    assert naming.exact(STYLES, typed) is None


@pytest.mark.parametrize(
    ("typed", "first"),
    [("uki", "ukiyoe"), ("night", "starry-night"), ("ukioye", "ukiyoe"), ("星", "starry-night"), ("anmie", "anime")],
)
def test_the_nearest_style_comes_first(typed: str, first: str) -> None:
    assert naming.nearest(STYLES, typed)[0].id == first


def test_nothing_typed_is_near_to_all_and_nonsense_to_none() -> None:
    assert naming.nearest(STYLES, "") == STYLES
    assert naming.nearest(STYLES, "qqqqqqqq") == ()
    assert naming.nearest(STYLES, "🎨🎨") == ()


@given(st.text(max_size=200))
def test_any_name_may_be_asked_for(typed: str) -> None:
    naming.exact(STYLES, typed)
    assert len(naming.nearest(STYLES, typed)) <= len(STYLES)
