"""What a person writes, and which scene they meant."""

import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styles.vocabulary import CHINESE, ENGLISH, KINDS, MEANINGS, SIMPLIFIED
from styles.words import KEYWORDS, PLACES, SEASONS, TIMES, WEATHERS, completed, known, understood

SAID = st.sets(st.sampled_from(KEYWORDS))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("misty harbour", "harbour misty"),
        ("Foggy PORTS at dusk", "harbour sunset misty"),
        ("snowy mountain villages by night", "mountain village night snow"),
        ("a château, by the ocean; thunder!", "sea storm castle"),
        ("cherry blossoms", "spring flowers pink"),
        ("berries and daisies", "flowers"),
        ("lighthouses", "tower"),
        ("雾中的港口", "harbour misty"),
        ("霧中的港口", "harbour misty"),
        ("雪山下的村莊，夜", "mountain village night snow"),
        ("秋天的森林和湖", "lake forest autumn"),
        ("城市日落 rain", "city sunset rain"),
        ("夕陽下的漁船", "sunset sun boat"),
        ("ＭＯＯＮ", "moon"),
    ],
)
def test_a_wish_is_understood(text: str, meant: str) -> None:
    assert understood(text) == tuple(meant.split())


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("海港", "harbour"),  # no sea
        ("城堡", "castle"),  # no city
        ("月亮", "moon"),  # not bright
        ("沙丘", "desert"),  # no hill
        ("雨林", "forest"),  # no rain
        ("三月", "spring"),  # no moon
        ("上海", "city"),  # no sea
    ],
)
def test_a_long_chinese_word_hides_the_short_one_in_it(text: str, instead: str) -> None:
    assert understood(text) == (instead,)


@pytest.mark.parametrize(
    "text", ["", "   ", "qwerty", "漂亮的海报", "море туман", "بحر", "\ud800\x00", "seaaa moonish"]
)
def test_what_names_nothing_means_nothing(text: str) -> None:
    assert understood(text) == ()


def test_a_card_limits_what_is_known() -> None:
    assert known("misty harbour with stars", "sea, harbour,misty") == ("harbour", "misty")
    assert known("misty harbour", "") == ()


@given(st.text())
def test_any_text_is_read_in_order_and_each_word_once(text: str) -> None:
    keywords = understood(text)
    assert keywords == tuple(sorted(set(keywords), key=KEYWORDS.index))


@given(st.lists(st.sampled_from([*ENGLISH, *CHINESE, "with", "的"])))
def test_listed_words_keep_their_meaning_beside_others(words: list[str]) -> None:
    said = " ".join(words)
    assert {key for word in words for key in understood(word)} <= set(understood(said))


def test_a_hostile_text_takes_time_in_proportion() -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        understood(text)
        return time.process_time() - start

    for sign in ("a", "海", "snow ", "\ufdfa", "s" * 50 + " "):
        short, long = (min(seconds(sign * n) for _ in range(3)) for n in (1_000, 10_000))
        assert long < 60 * max(short, 0.001)


@given(SAID, st.integers())
def test_a_completed_scene_is_whole_and_keeps_what_was_said(said: set[str], seed: int) -> None:
    scene = completed(said, random.Random(seed))
    assert set(PLACES) & set(scene)
    for kind in (TIMES, WEATHERS, SEASONS):
        (chosen,) = set(kind) & set(scene)
        assert chosen in said or not said & set(kind)
    assert said - {*TIMES, *WEATHERS, *SEASONS} <= set(scene)
    assert scene == tuple(sorted(set(scene), key=KEYWORDS.index))


@given(SAID, st.integers())
def test_the_same_chance_completes_the_same_scene_in_any_order(said: set[str], seed: int) -> None:
    forwards, backwards = sorted(said), sorted(said, reverse=True)
    assert completed(forwards, random.Random(seed)) == completed(backwards, random.Random(seed))


def test_chance_makes_scenes_that_go_together() -> None:
    for seed in range(200):
        assert "winter" in completed(("snow",), random.Random(seed))
        assert "night" in completed(("stars",), random.Random(seed))
        assert "night" not in completed(("sun",), random.Random(seed))
        assert {"sea", "harbour", "lake", "river", "island"} & set(completed(("boat",), random.Random(seed)))
    scenes = {completed((), random.Random(seed)) for seed in range(200)}
    assert len(scenes) > 150
    assert set().union(*scenes) == set(KEYWORDS)


def test_words_that_no_scene_knows_are_left_out() -> None:
    assert "spaceship" not in completed(("spaceship", "sea"), random.Random(1))


def test_the_order_of_keywords_never_changes() -> None:
    shipped = (
        "sea harbour lake river mountain hill forest meadow desert island city village garden dawn day sunset night "
        "clear misty cloudy rain storm snow spring summer autumn winter sun moon stars boat house tower bridge tree "
        "castle road birds flowers calm golden blue red pink dark bright warm cold"
    )
    assert KEYWORDS[: len(shipped.split())] == tuple(shipped.split())


def test_the_lists_are_sound() -> None:
    assert sorted(word for kind in KINDS for word in kind) == sorted(MEANINGS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)?", word) for word in ENGLISH)
    assert all(key in MEANINGS for keys in (*ENGLISH.values(), *CHINESE.values()) for key in keys)
    assert all(word == word.translate(SIMPLIFIED) for word in CHINESE)  # else it could never be found
