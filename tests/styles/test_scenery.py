"""Scenes that a generator learns from: every word shows, and nothing jumps."""

import random

import pytest
import torch

from styles.scenery import NUMBERS, drawn
from styles.vocabulary import KINDS
from styles.words import KEYWORDS, MOODS, PLACES, THINGS, completed, understood

MIDDLE = (0.0,) * NUMBERS
SHIPPED = ("lake", "village", "day", "clear", "summer")


def some(draw: random.Random) -> list[float]:
    return [draw.uniform(-1, 1) for _ in range(NUMBERS)]


def apart(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return (one.float() - other.float()).abs()


@pytest.mark.parametrize("side", [33, 64, 128])
def test_a_scene_is_bytes_in_three_planes(side: int) -> None:
    scene = drawn(SHIPPED, MIDDLE, side)
    assert scene.shape == (3, side, side)
    assert scene.dtype == torch.uint8
    assert scene.float().std() > 10


def test_the_same_wish_is_the_same_picture() -> None:
    assert torch.equal(drawn(SHIPPED, MIDDLE, 64), drawn(SHIPPED[::-1], MIDDLE, 64))


def test_a_scene_is_the_same_at_every_side() -> None:
    draw = random.Random(5)
    for _ in range(10):
        words, numbers = completed((), draw), some(draw)
        small, large = drawn(words, numbers, 64), drawn(words, numbers, 256)
        shrunk = torch.nn.functional.avg_pool2d(large.float(), 4)
        assert apart(small, shrunk).mean() < 6


def test_every_chance_gives_a_picture_with_light_and_shade() -> None:
    draw = random.Random(3)
    for _ in range(60):
        words = completed(draw.sample(KEYWORDS, draw.randrange(5)), draw)
        numbers = [draw.choice((-1.0, 0.0, 1.0)) for _ in range(NUMBERS)]
        scene = drawn(words, numbers, 64).float()
        assert scene.std() > 4, words
        assert 8 < scene.mean() < 247, words


def test_a_small_step_of_a_number_is_a_small_change() -> None:
    draw = random.Random(7)
    for number in range(NUMBERS):
        for at in (-0.0005, draw.uniform(-1, 0.99), draw.uniform(-1, 0.99)):  # also where signs turn
            words, numbers = completed((), draw), some(draw)
            before, after = numbers.copy(), numbers.copy()
            before[number], after[number] = at, at + 0.001
            change = apart(drawn(words, before, 64), drawn(words, after, 64))
            assert change.mean() < 0.4, (number, at, words)
            assert change.max() < 60, (number, at, words)


def test_every_number_moves_something() -> None:
    draw = random.Random(11)
    moved = torch.zeros(NUMBERS)
    for _ in range(7):
        words, numbers = completed((), draw), some(draw)
        for number in range(NUMBERS):
            low, high = numbers.copy(), numbers.copy()
            low[number], high[number] = -1.0, 1.0
            moved[number] = max(moved[number], apart(drawn(words, low, 48), drawn(words, high, 48)).mean())
    assert (moved > 1).all(), moved


@pytest.mark.parametrize("word", KEYWORDS)
def test_every_keyword_shows(word: str) -> None:
    kind = next(kind for kind in KINDS if word in kind)
    if kind in (THINGS, MOODS):
        without = list(SHIPPED)
        others = [without]
    else:
        others = [[*(w for w in SHIPPED if w not in kind), other] for other in kind if other != word]
        without = [w for w in SHIPPED if w not in kind]
    if word in {"moon", "stars"}:
        others = [["night" if w == "day" else w for w in SHIPPED]]
        without = others[0]
    if kind is PLACES:
        without = ["day", "clear", "summer"]
        others = [[*without, other] for other in PLACES if other != word]
    scene = drawn([*without, word], MIDDLE, 64)
    for other in others:
        changed = apart(scene, drawn(other, MIDDLE, 64)).amax(dim=0) > 12  # plain to the eye
        assert changed.float().mean() > (0.004 if kind is THINGS else 0.05), (word, other)


@pytest.mark.parametrize(
    ("text", "brighter"),
    [
        ("sea day clear", "sea night clear"),
        ("meadow day snow", "meadow day rain"),
        ("lake bright day", "lake dark day"),
    ],
)
def test_light_follows_the_words(text: str, brighter: str) -> None:
    one, other = (drawn(completed(understood(words), random.Random(2)), MIDDLE, 64) for words in (text, brighter))
    assert one.float().mean() > other.float().mean() + 10


def test_night_windows_are_lit() -> None:
    scene = drawn(("city", "night", "clear", "summer"), MIDDLE, 128).int()
    red, _, blue = scene
    assert ((red > 150) & (red > blue + 40)).sum() > 100
