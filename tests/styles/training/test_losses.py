"""Each loss on a case whose answer is known."""

import copy
from pathlib import Path

import pytest
import torch
from torch import Tensor

from styles.table import Table
from styles.training import perception
from styles.training.adversary import Adversary
from styles.training.colours import grey, smooth, yuv
from styles.training.gram import Gram, evening, gram
from styles.training.losses import LOSSES
from styles.training.scene import Loss, Scene, Setting

CPU = torch.device("cpu")
NAME = "vgg19_normalised"


def picture(seed: int, size: int = 32, count: int = 1) -> Tensor:
    """Random, in steps of a byte, so that bytes hold it exactly."""
    draws = torch.randint(0, 256, (count, 3, size, size), generator=torch.Generator().manual_seed(seed))
    return draws / 255


def as_bytes(image: Tensor) -> Tensor:
    return (image[0] * 255).round().byte()


def plain(level: float) -> Tensor:
    return torch.full((1, 3, 32, 32), level)


class Bench:
    """Builds a loss as a recipe would, and calls it."""

    def __init__(self, vgg: Path) -> None:
        self.eyes = {NAME: perception.load(NAME, vgg)}

    def loss(self, name: str, art: Tensor, **options: object) -> Loss:
        made = LOSSES[name].read(Table("recipe", f"losses.{name}.", {"weight": 1.0, **options}))
        made.prepare(Setting([as_bytes(art)], self.eyes, CPU))
        self.art, self.wanted = art, made.looks
        return made

    def scene(self, photo: Tensor, result: Tensor) -> Scene:
        return Scene(photo, result, self.art, self.eyes, self.wanted)


@pytest.fixture
def bench(vgg: Path) -> Bench:
    return Bench(vgg)


def test_content_is_nothing_for_the_photo_itself_and_grows_with_the_change(bench: Bench) -> None:
    loss = bench.loss("content", picture(9), network=NAME, layer="relu3_1")
    photo, other = picture(1), picture(2)
    near, far = (loss(bench.scene(photo, photo.lerp(other, part))) for part in (0.1, 0.5))
    assert loss(bench.scene(photo, photo)) == 0
    assert 0 < near < far


def test_gram_is_the_mean_product_of_channels() -> None:
    features = picture(3, 8, 2)
    expected = torch.einsum("nchw,ndhw->ncd", features, features) / 64
    torch.testing.assert_close(gram(features), expected)


def test_the_shortened_gradient_of_gram_is_the_whole_one() -> None:
    target = gram(picture(4, 8))
    short, whole = (picture(3, 8).requires_grad_() for _ in range(2))
    plainly = torch.einsum("nchw,ndhw->ncd", whole, whole) / 64
    (gradient,) = torch.autograd.grad((gram(short) - target).square().sum(), short)
    (expected,) = torch.autograd.grad((plainly - target).square().sum(), whole)
    torch.testing.assert_close(gradient, expected)


@pytest.mark.parametrize("target", ["mean", "crop"])
@pytest.mark.parametrize("options", [{}, {"even": True}, {"grey": True}, {"distance": "l1"}], ids=str)
def test_gram_is_nothing_for_the_art_itself(bench: Bench, target: str, options: dict[str, object]) -> None:
    art = picture(9)
    loss = bench.loss("gram", art, network=NAME, layers=["relu1_1", "relu2_1"], target=target, **options)
    assert float(loss(bench.scene(picture(1), art))) == pytest.approx(0, abs=1e-6)
    assert loss(bench.scene(picture(1), 1 - art)) > 1e-4


def test_gram_does_not_care_where_things_are(bench: Bench) -> None:
    art = picture(9).repeat(1, 1, 2, 2)
    loss = bench.loss("gram", art, network=NAME, layers=["relu1_1"])
    moved, changed = art.roll(16, 3), 1 - art
    assert loss(bench.scene(art, moved)) < loss(bench.scene(art, changed)) / 20


def test_grey_gram_does_not_care_for_colour(bench: Bench) -> None:
    art = picture(9)
    loss = bench.loss("gram", art, network=NAME, layers=["relu1_1"], grey=True)
    assert float(loss(bench.scene(art, grey(art)))) == pytest.approx(0, abs=1e-6)


def test_evening_divides_by_the_means_and_takes_silence_for_quiet() -> None:
    torch.testing.assert_close(evening(torch.tensor([1.0, 3.0])), torch.tensor([[1, 1 / 3], [1 / 3, 1 / 9]]))
    torch.testing.assert_close(evening(torch.tensor([0.0, 2.0]))[0, 0], torch.tensor(100.0))  # a tenth of the mean, 1


def test_even_gram_of_a_flat_picture_is_one_where_the_art_is_flat_too(bench: Bench) -> None:
    """Every channel at its mean gives products of 1, however loud the channel is."""
    loss = bench.loss("gram", plain(0.6), network=NAME, layers=["relu1_1"], even=True)
    assert isinstance(loss, Gram)
    seen = bench.eyes[NAME](plain(0.6), ["relu1_1"])["relu1_1"].mean((0, 2, 3))
    loud = seen > 0.5 * seen.mean()
    diagonal = loss.means["relu1_1"][0].diagonal()
    assert loud.any()
    torch.testing.assert_close(diagonal[loud], torch.ones(int(loud.sum())), atol=0.1, rtol=0)  # its border is darker


def test_total_variation_of_a_step(bench: Bench) -> None:
    step = torch.zeros(1, 3, 32, 32)
    step[..., 16:] = 1
    loss = bench.loss("total_variation", step)
    assert loss(bench.scene(step, plain(0.3))) == 0
    assert float(loss(bench.scene(step, step))) == pytest.approx(1 / 31)  # one of 31 differences in each row


def test_colour_tells_brightness_from_hue(bench: Bench) -> None:
    dark, light = plain(0.2), plain(0.5)
    red = dark.clone()
    red[:, 0] += 0.3
    bright = bench.loss("colour", dark, hue=0)
    hue = bench.loss("colour", dark, brightness=0)
    assert float(bright(bench.scene(dark, light))) == pytest.approx(0.3)
    assert float(hue(bench.scene(dark, light))) == pytest.approx(0, abs=1e-6)
    assert hue(bench.scene(dark, red)) > 1e-3


def test_white_has_no_hue() -> None:
    torch.testing.assert_close(yuv(plain(1.0))[0, :, 0, 0], torch.tensor([1.0, 0, 0]), atol=1e-4, rtol=0)


def test_smoothing_keeps_the_brightness_and_takes_the_lines() -> None:
    art = picture(9)
    assert float(smooth(art).mean()) == pytest.approx(float(art.mean()), abs=0.01)
    assert smooth(art).std() < art.std() / 2
    torch.testing.assert_close(smooth(plain(0.4)), plain(0.4))


def test_the_adversary_learns_what_is_art() -> None:
    torch.manual_seed(0)
    adversary = Adversary(4, 2e-2, CPU)
    for _ in range(30):
        adversary.learn(plain(1.0), [(plain(0.0), 1.0)])
    assert adversary.doubt(plain(1.0)) < 0.2 < 0.6 < adversary.doubt(plain(0.0))


def test_doubt_reaches_the_picture_and_not_the_judge() -> None:
    torch.manual_seed(0)
    adversary = Adversary(4, 1e-3, CPU)
    result = picture(1).requires_grad_()
    (gradient,) = torch.autograd.grad(adversary.doubt(result), result)
    assert gradient.abs().sum() > 0
    assert all(weight.grad is None for weight in adversary.judge.parameters())


def test_an_adversary_goes_on_from_its_state() -> None:
    torch.manual_seed(0)
    first, second = Adversary(4, 1e-3, CPU), Adversary(4, 1e-3, CPU)
    first.learn(picture(1), [(picture(2), 1.0)])
    second.restore(copy.deepcopy(first.state()))
    for adversary in (first, second):
        adversary.learn(picture(3), [(picture(4), 1.0)])
    assert torch.equal(first.doubt(picture(5)), second.doubt(picture(5)))
