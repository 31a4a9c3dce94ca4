"""The comparison of generators, in miniature: fresh weights, drawn pictures, thin perceptual networks."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from styles.evaluation import Subject
from styles.measure import measure
from styles.networks import network
from styles.samples import FOLDER as SAMPLES
from styles.samples import sample
from styles.style import Style
from styles.training import perception, pictures, recipe
from tests.benchmarks.generators import art, material
from tests.benchmarks.generators.__main__ import command
from tests.benchmarks.generators.bench import RECIPES, STYLES
from tests.benchmarks.generators.cache import Cache
from tests.benchmarks.generators.contenders import Contender, identity, published
from tests.benchmarks.generators.material import Picture
from tests.benchmarks.generators.side_by_side import Contest, wins
from tests.benchmarks.generators.speed import seconds
from tests.benchmarks.generators.yardstick import Yardstick, weakened
from tests.styles.making import card, generator, write_pack
from tests.styles.training.conftest import RECIPE, draw, write_vgg


class Posterised(nn.Module):
    """Rounds every channel to 0 or 1, by ``strength``."""

    strength: Tensor

    def __init__(self, strength: float) -> None:
        super().__init__()
        self.register_buffer("strength", torch.tensor(strength))

    def forward(self, images: Tensor) -> Tensor:
        towards: Tensor = images + self.strength * (images.round() - images)
        return towards


def contender(label: str, module: nn.Module) -> Contender:
    subject = Subject("tiny", Style(card(), module, torch.device("cpu")), 1_000_000)
    return Contender.of(label, subject)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Both perceptual networks, thin, and one published generator, small."""
    folder = tmp_path / "weights"
    (folder / "fast_neural_style").mkdir(parents=True)
    write_vgg(folder / "vgg19")
    state = load_file(folder / "vgg19" / perception.FILES["vgg19_normalised"])
    short = {name.replace("_", "", 1): tensor for name, tensor in state.items()}
    save_file(short, folder / "vgg19" / perception.FILES["vgg19_16x"])
    torch.save(generator("fast-neural-style", width=8).state_dict(), folder / "fast_neural_style" / "candy.pth")
    return folder


@pytest.fixture
def yardstick(weights: Path) -> Yardstick:
    return Yardstick(perception.load("vgg19_normalised", weights / "vgg19"), [sample("coffee")[..., :96, :96]])


@pytest.fixture
def photo() -> Picture:
    return material.middle(SAMPLES / "cat.jpg", 64)


def test_a_stronger_result_is_weakened_to_the_same_content_loss(yardstick: Yardstick, photo: Picture) -> None:
    result, seen = 1 - photo.pixels, yardstick.look(photo.pixels)
    full = yardstick.point(result, seen).content

    for share in (0.05, 0.4, 0.9):
        weaker, strength = weakened(yardstick, photo.pixels, result, share * full)
        assert yardstick.point(weaker, seen).content == pytest.approx(share * full, rel=0.01)
        assert 0 < strength < 1

    same, strength = weakened(yardstick, photo.pixels, result, 2 * full)
    assert same is result
    assert strength == 1


def test_the_same_generator_twice_is_a_draw_and_a_stronger_one_is_weakened_to_it(
    yardstick: Yardstick, photo: Picture, tmp_path: Path
) -> None:
    works = [Picture(SAMPLES / "coffee.jpg", sample("coffee")[..., :96, :96])]
    twins = (contender("published", Posterised(0.5)), contender("ours", Posterised(0.5)))
    rivals = (twins[0], contender("ours", Posterised(0.9)))

    even = Contest(twins, works, yardstick, yardstick).on(photo, Cache(tmp_path))
    uneven = Contest(rivals, works, yardstick, yardstick).on(photo, Cache(tmp_path))

    assert even["ours.same_style"] == even["published.same_style"] != even["photo.style"]
    assert wins([even], "same_style") == 0
    assert uneven["ours.content"] > uneven["published.content"]
    assert uneven["ours.strength"] == pytest.approx(0.5 / 0.9, rel=0.01)  # the same blend of photo and posterised
    assert uneven["ours.same_style"] == pytest.approx(uneven["published.same_style"], rel=0.02)
    assert uneven["published.strength"] == 1


def test_what_was_measured_is_not_measured_again_until_something_changes(
    yardstick: Yardstick, photo: Picture, tmp_path: Path
) -> None:
    works, first, other = [photo], contender("published", Posterised(0.5)), contender("ours", Posterised(0.7))
    painted: list[str] = []

    class Watched(Style):
        def __call__(self, images: Tensor, codes: Tensor | None = None) -> Tensor:
            painted.append("once")
            return super().__call__(images, codes)

    watched = replace(
        other, subject=replace(other.subject, style=Watched(card(), Posterised(0.7), torch.device("cpu")))
    )
    contest = Contest((first, watched), works, yardstick, yardstick)

    once, again = (contest.on(photo, Cache(tmp_path)) for _ in range(2))
    assert once == again
    assert painted == ["once"]

    contest.on(material.middle(SAMPLES / "coffee.jpg", 64), Cache(tmp_path))
    Contest((first, replace(watched, digest="others")), works, yardstick, yardstick).on(photo, Cache(tmp_path))
    assert len(painted) == 3


def test_generators_take_turns_and_the_warm_up_does_not_count() -> None:
    order: list[str] = []

    def noting(name: str) -> Callable[[Tensor], Tensor]:
        def paint(images: Tensor) -> Tensor:
            order.append(name)
            return images

        return paint

    paints = {(name, "float32"): noting(name) for name in ("a", "b")}

    took = seconds(paints, torch.rand(1, 3, 8, 8), rounds=3)

    assert set(took) == set(paints)
    assert all(sorted(order[at : at + 2]) == ["a", "b"] for at in range(0, 8, 2))
    assert len(order) == 8


def test_a_file_of_weights_names_its_style() -> None:
    assert identity(Path("rain_princess.pth")) == "rain-princess"


@pytest.mark.parametrize("style", STYLES)
def test_what_we_train_for_the_comparison_is_small_and_sees_no_photo_of_it(style: str, shared: Path) -> None:
    plan = recipe.read(RECIPES / f"{style}.toml")
    cost = measure(network(plan.network).build(**plan.network_options))

    assert plan.id == style
    assert cost.gmac_512 <= 10
    assert cost.parameters <= 600_000
    trained = {path for kind in plan.photos for path in pictures.find(kind.pictures, shared / "images")}
    assert len(trained) > 400
    held_out = material.held_out(shared / "images")
    assert len(set(held_out)) == 16
    assert trained.isdisjoint(held_out)


@pytest.mark.parametrize("name", ["candy", "mosaic", "rain_princess"])
def test_the_published_networks_cost_four_times_as_much(name: str, shared: Path) -> None:
    found = published("published", shared / "weights" / "fast_neural_style" / f"{name}.pth")

    assert found.cost.gmac_512 > 4 * 9.4
    assert found.paint.card.id == name.replace("_", "-")


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    for place, name in enumerate(("places/city.jpg", "portraits/someone.jpg", "bsds500/109.jpg")):
        draw(folder / "photos" / name, place, (120, 90))
    draw(folder / "style_reference" / "candy.jpg", 9, (80, 70))
    return folder


def run(*words: object) -> str:
    done = CliRunner().invoke(command, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_prints_both_generators_the_ratios_and_the_bound(
    weights: Path, images: Path, tmp_path: Path
) -> None:
    write_pack(tmp_path, "candy")
    options = ("--images", images, "--weights", weights, "--size", 64, "--bound-size", 64, "--bound", 1, "--rounds", 1)

    told = run("--ours", tmp_path / "candy", *options, "--cache", tmp_path / "cache")

    assert "3 photos, middle squares of 64²" in told
    full, ratio, bound = (part.splitlines() for part in told.strip().split("\n\n")[1:])
    assert [cells(line)[:2] for line in full[2:]] == [
        ["candy", "the photo itself"],
        ["candy", "published"],
        ["candy", "ours"],
    ]
    for table in (full, ratio, bound):
        assert len({len(cells(line)) for line in table}) == 1
    reached = dict(zip(cells(bound[0]), cells(bound[2]), strict=True))
    assert float(reached["optimised (Gatys)"]) <= float(reached["ours"])
    assert re.fullmatch(r"\d of 3", dict(zip(cells(ratio[0]), cells(ratio[2]), strict=True))["lower on"])


def test_a_pack_without_a_published_counterpart_is_refused_in_a_sentence(
    weights: Path, images: Path, tmp_path: Path
) -> None:
    write_pack(tmp_path, "nobody")
    words = ["--ours", tmp_path / "nobody", "--images", images, "--weights", weights, "--cache", tmp_path / "cache"]

    done = CliRunner().invoke(command, [str(word) for word in words])

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "Error: nobody: no network of this name is published; there are candy."


def test_the_command_prints_every_pack_and_the_published_beside_them(
    weights: Path, images: Path, tmp_path: Path
) -> None:
    write_pack(tmp_path, "tiny")
    options = ("--images", images, "--weights", weights, "--size", 64, "--bound-size", 64, "--bound", 1, "--rounds", 1)

    told = run("--packs", "--pack", tmp_path / "tiny", *options, "--cache", tmp_path / "cache")

    head, _, tiny, other = told.strip().splitlines()
    ours, theirs = (dict(zip(cells(head), cells(line), strict=True)) for line in (tiny, other))
    assert (ours["style"], theirs["style"]) == ("tiny", "candy (published)")
    assert ours["style loss"] == "–"  # its recipe is not one of ours, so nobody knows its art
    assert float(theirs["style loss"]) > 0
    assert float(ours["GMAC at 512²"]) < float(theirs["GMAC at 512²"])


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("", "", 1),
        ('pictures = ["art/*.png"]', 'pictures = ["photos/*.png"]\ndrawn = "pencil"', 3),
    ],
    ids=["named", "drawn"],
)
def test_the_art_of_a_pack_is_what_its_recipe_learns_from(tmp_path: Path, old: str, new: str, count: int) -> None:
    for place in range(3):
        draw(tmp_path / f"photos/{place}.png", place)
    draw(tmp_path / "art/print.png", 9)
    (tmp_path / "tiny.toml").write_text(RECIPE.replace(old, new) if old else RECIPE, "utf-8")

    found = art.of_pack(tmp_path / "tiny.toml", tmp_path, tmp_path / "drawn")

    assert len(set(found)) == count
    drawn = [pictures.tensor(pictures.read(path)).float() for path in found]
    grey = all(float((each[0] - each[2]).abs().mean()) < 12 for each in drawn)
    assert grey == bool(new)  # a pencil has no colours; the print has


def test_the_art_of_a_pack_without_a_recipe_is_unknown(tmp_path: Path) -> None:
    assert art.of_pack(tmp_path / "imported.toml", tmp_path, tmp_path / "drawn") == []


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
