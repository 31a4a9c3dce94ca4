"""Each loss on a case whose answer is known."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from styles.table import Table
from styles.training import perception
from styles.training.colours import grey, smooth, yuv
from styles.training.gram import Gram, evening, gram
from styles.training.losses import LOSSES
from styles.training.moments import moments
from styles.training.scene import Loss, Scene, Setting
from tests.styles.training.conftest import CPU, as_bytes, picture, plain

NAME = "vgg19_normalised"


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


@pytest.mark.parametrize("name", ["gram", "statistics"])
def test_a_relative_loss_is_one_for_each_layer_of_the_photo_and_nothing_for_the_art(bench: Bench, name: str) -> None:
    loss = bench.loss(name, picture(9), network=NAME, layers=["relu1_1", "relu2_1"], target="own", relative=True)
    photo, art = torch.cat((picture(1), picture(2))), torch.cat((0.5 * picture(9), 0.2 * picture(8)))
    bench.art = art
    assert float(loss(bench.scene(photo, art))) == pytest.approx(0, abs=1e-6)
    assert float(loss(bench.scene(photo, photo))) == pytest.approx(
        2, abs=1e-3
    )  # however unlike the two style pictures are


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


class Counting:
    """A generator that inverts pictures and keeps count of its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, images: Tensor) -> Tensor:
        self.calls += 1
        return 1 - images


def there_and_back(photo: Tensor, art: Tensor) -> tuple[Scene, Counting, Counting]:
    forth, home = Counting(), Counting()
    return Scene(photo, forth(photo), art, {}, {}, forth=forth, home=home), forth, home


def test_a_cycle_costs_nothing_where_nothing_is_lost(bench: Bench) -> None:
    loss = bench.loss("cycle", plain(0.2))
    scene, forth, home = there_and_back(plain(0.3), plain(0.2))
    assert float(loss(scene)) == pytest.approx(0, abs=1e-6)
    assert (forth.calls, home.calls) == (2, 2)


def test_a_cycle_costs_what_was_lost_of_both_on_the_papers_scale(bench: Bench) -> None:
    loss = bench.loss("cycle", plain(0.2))
    darker = Scene(plain(0.3), plain(0.3), plain(0.2), {}, {}, forth=lambda x: x, home=lambda x: x - 0.1)
    assert float(loss(darker)) == pytest.approx(2 * (0.1 + 0.1))


def test_identity_costs_what_a_generator_changes_of_its_own_kind(bench: Bench) -> None:
    loss = bench.loss("identity", plain(0.2))
    scene = Scene(plain(0.3), plain(0.3), plain(0.2), {}, {}, forth=lambda x: x, home=lambda x: x - 0.1)
    assert float(loss(scene)) == pytest.approx(2 * 0.1)
    inverted, forth, home = there_and_back(plain(0.3), plain(0.2))
    assert float(loss(inverted)) == pytest.approx(2 * (0.4 + 0.6))
    assert (forth.calls, home.calls) == (2, 1)


def test_a_scene_makes_only_what_is_asked_for_and_that_once() -> None:
    scene, forth, home = there_and_back(picture(1), picture(2))
    assert (forth.calls, home.calls) == (1, 0)
    assert torch.equal(scene.art_again, 1 - (1 - picture(2)))
    assert scene.back is scene.back
    assert (forth.calls, home.calls) == (2, 1)


def test_what_a_scene_makes_can_be_learnt_from_whoever_asked_first() -> None:
    factor = torch.tensor(0.5, requires_grad=True)
    scene = Scene(plain(0.3), plain(0.3), plain(0.2), {}, {}, home=lambda images: factor * images)
    with torch.no_grad():
        assert scene.back.mean() > 0
    (gradient,) = torch.autograd.grad(scene.back.mean(), factor)
    assert float(gradient) == pytest.approx(0.2)


@pytest.mark.parametrize(("distance", "expected"), [("l1", 0.2), ("l2", 0.04)])
def test_paired_is_the_distance_from_the_target_on_the_papers_scale(
    bench: Bench, distance: str, expected: float
) -> None:
    loss = bench.loss("paired", plain(0.5), distance=distance)
    assert float(loss(bench.scene(picture(1), plain(0.6)))) == pytest.approx(expected, rel=1e-4)
    assert loss(bench.scene(picture(1), plain(0.5))) == 0


def test_perceptual_compares_with_the_target_and_not_with_the_photo(bench: Bench) -> None:
    loss = bench.loss("perceptual", picture(9), network=NAME, layers=["relu1_1", "relu3_1"])
    photo, target = picture(1), picture(9)
    near, far = (loss(bench.scene(photo, target.lerp(photo, part))) for part in (0.1, 0.5))
    assert loss(bench.scene(photo, target)) == 0
    assert 0 < near < far


def test_moments_are_means_and_deviations() -> None:
    features = torch.tensor([[[[1.0, 3.0]], [[4.0, 4.0]]]])
    torch.testing.assert_close(moments(features), torch.tensor([[2.0, 4.0, 1.0, 0.0]]), atol=0.01, rtol=0)


def test_the_moments_of_a_silent_channel_have_a_gradient() -> None:
    silent = torch.zeros(1, 2, 4, 4, requires_grad=True)
    (gradient,) = torch.autograd.grad(moments(silent).sum(), silent)
    assert gradient.isfinite().all()


@pytest.mark.parametrize("target", ["mean", "crop"])
def test_statistics_are_nothing_for_the_art_wherever_its_parts_are(bench: Bench, target: str) -> None:
    art = picture(9)
    loss = bench.loss("statistics", art, network=NAME, layers=["relu1_1", "relu2_1"], target=target)
    assert float(loss(bench.scene(picture(1), art))) == pytest.approx(0, abs=1e-6)
    moved = loss(bench.scene(picture(1), art.roll(16, 3)))
    assert moved < loss(bench.scene(picture(1), 0.5 * art)) / 20


def test_statistics_add_the_distances_of_means_and_of_deviations(bench: Bench) -> None:
    loss = bench.loss("statistics", plain(0.2), network=NAME, layers=["relu1_1"])
    result = picture(1)
    seen, known = (moments(bench.eyes[NAME](each, ["relu1_1"])["relu1_1"]) for each in (result, plain(0.2)))
    expected = (seen - known).square().view(2, -1).mean(1).sum()
    torch.testing.assert_close(loss(bench.scene(result, result)), expected)
