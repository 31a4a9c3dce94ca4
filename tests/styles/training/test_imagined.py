"""A generator learns pictures of words from scenes drawn of the same words."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from styles import pack, scenery
from styles.style import Style
from styles.theme import Theme, numbers
from styles.training import BadRecipe, check, train
from styles.training.imagined import Imagined
from tests.styles.making import PREVIEW, card, generator
from tests.styles.training.conftest import draw

RECIPE = f"""
id = "dream"
title = {{ en = "Dream" }}
seed = 3
average = 0.5
best = 64
sheet = ["misty sea at night", "sea"]
preview = ["misty sea"]

[network]
name = "stylegan2"
size = 64
width = 2
most = 8
style = 8
latent = {scenery.NUMBERS}
depth = 2
words = "sea,night,misty"

[[phases]]
steps = 2
size = 32
batch = 2
rate = 1e-3

[[phases]]
steps = 2
size = 64
batch = 1
rate = 1e-3

[losses.paired]
weight = 10

[losses.adversarial]
weight = 0.1
width = 4

[licence]
weights = "Apache-2.0"
data = "Apache-2.0"

[[data]]
title = "Scenes drawn by program"
source = "this test"
licence = "Apache-2.0"
"""


def written(folder: Path, *swaps: tuple[str, str]) -> Path:
    text = RECIPE
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    path = folder / "dream.toml"
    path.write_text(text)
    return path


def test_a_training_makes_a_pack_that_paints_words(tmp_path: Path) -> None:
    made = train(written(tmp_path), out=tmp_path / "run", progress=False)

    made_card = pack.read(made)
    style: Style = pack.load(made, made_card, "cpu", torch.float32)
    painted = style(torch.zeros(1, 3, 64, 64), style.imagine("misty sea", 1))
    assert (made_card.takes, made_card.network_options["words"]) == ("words", "sea,night,misty")
    assert painted.std() > 0
    with Image.open(made / pack.PREVIEW) as preview:
        assert preview.size == (512, 512)


def test_the_sheet_shows_every_text_drawn_and_painted(tmp_path: Path) -> None:
    train(written(tmp_path), out=tmp_path / "run", progress=False)

    with Image.open(tmp_path / "run/sheet.png") as sheet:
        drawn, painted = sheet.crop((0, 0, 768, 384)), sheet.crop((0, 384, 768, 768))
    for row in (drawn, painted):
        one, other = row.crop((0, 0, 384, 384)), row.crop((384, 0, 768, 384))
        assert one.tobytes() != other.tobytes()


def test_the_same_recipe_makes_the_same_pack(tmp_path: Path) -> None:
    recipe = written(tmp_path)
    whole = train(recipe, out=tmp_path / "whole", progress=False)
    again = train(recipe, out=tmp_path / "again", progress=False)

    assert (whole / pack.WEIGHTS).read_bytes() == (again / pack.WEIGHTS).read_bytes()


def test_every_word_comes_in_some_scene() -> None:
    known = ("sea", "night", "misty", "castle", "snow")

    themes = Imagined(known, 64).themes(200, random.Random(1))

    assert {word for theme in themes for word in theme.keywords} == set(known)


def test_program_and_generator_are_told_the_same_chance() -> None:
    """The generator evens its chance vector, so the program must draw of an evened one."""
    latent = torch.randn(1, scenery.NUMBERS, generator=torch.Generator().manual_seed(1))

    torch.testing.assert_close(numbers(latent), numbers(7 * latent), atol=1e-4, rtol=0)
    assert numbers(latent).shape == (1, scenery.NUMBERS)
    assert numbers(latent).abs().max() <= 1


def test_a_text_means_the_same_scene_to_both() -> None:
    known = ("sea", "harbour", "night", "day", "misty")

    theme = Theme.of("a misty harbour at night", 1, known, scenery.NUMBERS)

    assert {"harbour", "night", "misty"} <= set(theme.keywords)
    assert "day" not in theme.keywords
    [shown] = Imagined(known, 48).shown(["a misty harbour at night"])
    assert shown.size == (48, 48)


@pytest.mark.parametrize(
    ("swap", "says"),
    [
        (('"sea,night,misty"', '"sea,noon"'), "network.words"),
        ((f"latent = {scenery.NUMBERS}", "latent = 7"), "network.latent"),
        (("[licence]", '[[photos]]\npictures = ["a"]\nshare = 1\n\n[licence]'), "photos"),
    ],
)
def test_what_scenes_cannot_be_drawn_of_is_refused(tmp_path: Path, swap: tuple[str, str], says: str) -> None:
    with pytest.raises(BadRecipe, match=says):
        check(written(tmp_path, swap))


def test_there_are_no_pictures_to_look_through(tmp_path: Path) -> None:
    findings = check(written(tmp_path))

    assert not findings.problems
    assert not findings.parts


PAINTED = (
    ('name = "stylegan2"\nsize = 64\nwidth = 2\nmost = 8\nstyle = 8', 'name = "scenes"\nwidth = 8\ndeep = 8\nfine = 4'),
    (f"latent = {scenery.NUMBERS}\ndepth = 2", "blocks = 1"),
    (
        "[losses.paired]",
        '[losses.gram]\nweight = 1\nnetwork = "vgg19_normalised"\nlayers = ["relu1_1"]\n\n[losses.colour]',
    ),
    ("[licence]", '[art]\npictures = ["art/*.png"]\nside = 64\n\n[licence]'),
)


def test_scenes_are_painted_like_art(vgg: Path, tmp_path: Path) -> None:
    draw(tmp_path / "art/hill.png", 4)

    made = train(written(tmp_path, *PAINTED), out=tmp_path / "run", vgg=vgg, progress=False)

    made_card = pack.read(made)
    style: Style = pack.load(made, made_card, "cpu", torch.float32)
    painted = style(torch.zeros(1, 3, 64, 64), style.imagine("misty sea", 1))
    assert (made_card.network, made_card.takes) == ("scenes", "words")
    assert pack.report(made)["art_pictures"] == 1
    assert painted.std() > 0


def test_a_painter_of_scenes_starts_from_a_styles_brush(vgg: Path, tmp_path: Path) -> None:
    draw(tmp_path / "art/hill.png", 4)
    options: dict[str, Any] = {"width": 8, "deep": 8, "fine": 4, "blocks": 1}
    pack.write(tmp_path / "brush", card("tiny", **options), generator(**options), PREVIEW, {})
    recipe = written(tmp_path, *PAINTED, ("seed = 3", 'seed = 3\ninit = "brush"'))

    made = train(recipe, out=tmp_path / "run", vgg=vgg, progress=False)

    assert pack.report(made)["started_from"].startswith("tiny 1.2.3")


def test_art_is_nobodys_target(tmp_path: Path) -> None:
    with pytest.raises(BadRecipe, match=r"losses\.paired"):
        check(written(tmp_path, PAINTED[3]))
