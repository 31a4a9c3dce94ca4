"""What spoils a training silently is said in words, and what is sound is left in peace."""

import random
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import torch
from torch import Tensor

from styles import pack
from styles.library import BUILT_IN
from styles.networks.small import SmallNet
from styles.samples import sample
from styles.training import pictures
from styles.training.colours import grey
from styles.training.pictures import Gallery
from styles.training.watch import Watch
from tests.styles.training.conftest import draw

CPU = torch.device("cpu")


@pytest.fixture
def photos(tmp_path: Path) -> Gallery:
    for seed in range(6):
        draw(tmp_path / f"{seed}.png", seed)
    return Gallery.of([(sorted(tmp_path.glob("*.png")), 1.0)], 96)


def watched(
    photos: Gallery, generator: Callable[[Tensor], Tensor], steps: int = 200, gap: float | None = None
) -> list[str]:
    """What is said of a generator that does not learn, and sees twenty crops again and again."""
    crops = pictures.batch(photos.crops(20, 64, random.Random(1)), CPU)
    with torch.inference_mode():
        results = generator(crops)
    watch, said, gaps = Watch(), list[str](), {} if gap is None else {"adversarial": gap}
    for step in range(1, steps + 1):
        photo, result = crops[step % 20, None], results[step % 20, None]
        said += watch.see(step, photo, result, {"gram": 1.0}, gaps)
    assert said == [*watch.said.values()]
    return said


def test_a_generator_that_forgets_the_photo_is_found_out(photos: Gallery) -> None:
    learnt = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    (said,) = watched(photos, learnt.expand_as)
    assert said.startswith("The results look alike whatever the photo: raise the weight of `content`")


@pytest.mark.parametrize(("bias", "colour"), [(-9.0, "black"), (0.0, "grey"), (9.0, "white")])
def test_a_generator_that_paints_one_colour_is_found_out(photos: Gallery, bias: float, colour: str) -> None:
    net = SmallNet(4, 8, 4, 1)
    torch.nn.init.zeros_(net.leave.weight)
    torch.nn.init.constant_(net.leave.bias if net.leave.bias is not None else net.leave.weight, bias)
    (said,) = watched(photos, net)
    assert said.startswith(f"The results are all but one flat colour ({colour}): lower `phases.rate`")


def ink(photo: Tensor) -> Tensor:
    """Thin black lines on white paper: the least of a picture that a style may leave."""
    brightness = grey(photo)
    edges = (brightness[..., 1:] - brightness[..., :-1]).abs()
    return 1 - torch.nn.functional.pad((edges > edges.flatten(1).quantile(0.93)).float(), (0, 1))


@pytest.mark.parametrize("generator", [lambda photo: photo, grey, ink, lambda photo: (photo > 0.5).float()])
def test_a_sound_generator_is_left_in_peace(photos: Gallery, generator: Callable[[Tensor], Tensor]) -> None:
    assert watched(photos, generator, gap=0.3) == []


@pytest.mark.parametrize("style", sorted(folder.name for folder in BUILT_IN.iterdir()))
def test_a_shipped_style_is_left_in_peace(photos: Gallery, style: str) -> None:
    loaded = pack.load(BUILT_IN / style, pack.read(BUILT_IN / style), CPU, torch.float32)
    painting, seeds = sample("painting"), count()

    def paint(photo: Tensor) -> Tensor:
        if loaded.card.takes == "words":
            codes = [torch.cat([loaded.imagine("", next(seeds)) for _ in photo])]
        else:
            codes = [loaded.encode(painting).expand(len(photo), -1)] if loaded.code_size else []
        painted: Tensor = loaded.module(photo, *codes)
        return painted

    assert watched(photos, paint) == []


def test_a_discriminator_that_knows_all_is_named(photos: Gallery) -> None:
    (said,) = watched(photos, lambda photo: photo, gap=0.97)
    assert said.startswith("The discriminator of `adversarial` wins")


def test_a_discriminator_that_knows_nothing_is_named_when_it_had_its_time(photos: Gallery) -> None:
    assert watched(photos, lambda photo: photo, steps=399, gap=0.0) == []
    (said,) = watched(photos, lambda photo: photo, steps=500, gap=0.0)
    assert said.startswith("The discriminator of `adversarial` knows nothing")


def test_a_loss_that_explodes_is_named_before_it_is_no_number() -> None:
    watch, said, photo = Watch(), list[str](), torch.rand(1, 3, 32, 32)
    for step in range(1, 151):
        said += watch.see(step, photo, photo, {"content": 1.0, "gram": 1.0 if step < 120 else 30.0}, {})
    assert [sentence[:46] for sentence in said] == ["The loss `gram` has grown 16-fold within 100 s"]


def test_a_loss_that_joins_after_the_warm_up_has_not_exploded() -> None:
    watch, photo = Watch(), torch.rand(1, 3, 32, 32)
    for step in range(1, 300):
        losses = {"content": 0.01} | ({"gram": 50.0} if step > 150 else {})
        assert watch.see(step, photo, photo, losses, {}) == []
