"""A training may start from the weights of another pack of its network; one for any style, from a style's brush."""

from pathlib import Path
from typing import Any

import pytest
import torch

from styles import pack
from styles.training import BadStart, check, train
from styles.training import recipe as recipes
from styles.training import start as starts
from styles.training.loop import Loop
from styles.training.studio import Studio
from tests.styles.making import PREVIEW, card, generator
from tests.styles.training.conftest import Written

CPU = torch.device("cpu")


OPTIONS: dict[str, Any] = {"width": 4, "deep": 8, "fine": 4, "blocks": 1}  # those of the recipe


@pytest.fixture
def first(tmp_path: Path) -> Path:
    folder = tmp_path / "first/pack"
    pack.write(folder, card("tiny", **OPTIONS), generator(**OPTIONS), PREVIEW, {})
    return folder


def test_the_generator_starts_from_the_packs_weights(recipe: Written, vgg: Path, tmp_path: Path, first: Path) -> None:
    plan = recipes.read(recipe("seed = 3", "seed = 8\ninit = 'first/pack'"))
    loop = Loop(plan, Studio.open(plan, tmp_path, vgg, CPU), CPU, start=starts.find(plan))
    given = pack.load(first, pack.read(first), CPU, torch.float32).module.state_dict()
    for module in (loop.generator, loop.average.module):
        assert all(torch.equal(weights, given[name]) for name, weights in module.state_dict().items())


def test_the_card_says_what_it_started_from(recipe: Written, vgg: Path, tmp_path: Path, first: Path) -> None:
    path = recipe("seed = 3", "seed = 8\ninit = 'first/pack'")
    second = train(path, out=tmp_path / "second", vgg=vgg, progress=False)
    words = f"tiny 1.2.3, weights {pack.read(first).sha256[:12]}"
    assert pack.read(second).origin.recipe == f"tiny.toml, started from {words}"
    assert pack.report(second)["started_from"] == words


def test_a_shipped_style_is_known_by_its_id(recipe: Written, tmp_path: Path, first: Path) -> None:
    first.rename(tmp_path / "first/tiny")
    start = starts.find(recipes.read(recipe("seed = 3", "seed = 3\ninit = 'tiny'")), built_in=tmp_path / "first")
    assert start is not None
    assert start.card.id == "tiny"


def test_an_option_left_out_is_the_option_by_its_default(recipe: Written, first: Path) -> None:
    path = recipe("blocks = 1", "blocks = 1\nnorm = 'instance'")
    path.write_text("init = 'first/pack'\n" + path.read_text())
    assert starts.find(recipes.read(path)) is not None


def test_a_pack_of_another_shape_is_refused_with_both_named(recipe: Written, first: Path) -> None:
    path = recipe("width = 4", "width = 6")
    path.write_text("init = 'first/pack'\n" + path.read_text())
    with pytest.raises(BadStart) as caught:
        check(path)
    assert str(caught.value) == (
        "`init`: the pack first/pack is of the network small with blocks = 1, deep = 8, fine = 4, width = 4, "
        "but the recipe asks for the network small with blocks = 1, deep = 8, fine = 4, width = 6; make them the same."
    )


def test_a_pack_that_is_not_there_is_named(recipe: Written) -> None:
    with pytest.raises(BadStart, match="nowhere is no pack, and no shipped style is called nowhere"):
        check(recipe("seed = 3", "seed = 3\ninit = 'nowhere'"))


def test_broken_weights_are_refused(recipe: Written, vgg: Path, tmp_path: Path, first: Path) -> None:
    (first / pack.WEIGHTS).write_bytes(b"\0" * 100)
    path = recipe("seed = 3", "seed = 3\ninit = 'first/pack'")
    with pytest.raises(BadStart, match=r"its SHA-256 is not the one in style\.toml"):
        train(path, out=tmp_path / "second", vgg=vgg, progress=False)


def test_a_painter_for_any_style_starts_from_a_styles_brush(
    recipe: Written, vgg: Path, tmp_path: Path, first: Path
) -> None:
    """The whole way to a pack, with a sheet whose photo's sides are no multiples of what its bands take."""
    path = recipe('name = "small"', 'name = "arbitrary"')
    path.write_text("init = 'first/pack'\nreferences = ['art/print.png']\n" + path.read_text())

    made = train(path, out=tmp_path / "second", vgg=vgg, progress=False)

    assert pack.report(made)["started_from"].startswith("tiny 1.2.3, weights ")
    assert (tmp_path / "second/sheet.png").is_file()
    assert pack.read(made).takes == "photo+reference"
