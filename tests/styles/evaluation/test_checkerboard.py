"""Checkerboards are seen where they are, and textures are not taken for them."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from styles.evaluation.checkerboard import POINTS, checkerboard, peaks
from styles.samples import sample


def noise(deviation: float = 0.1, side: int = 512) -> Tensor:
    pixels = torch.randn(1, 1, side, side, generator=torch.Generator().manual_seed(0))
    return (0.5 + deviation * pixels).expand(1, 3, side, side)


def board(period: int, side: int = 512) -> Tensor:
    """Fields of 1 and -1 that repeat every ``period`` pixels in both directions."""
    stripes = 1 - 2 * (torch.arange(side) % period >= period // 2).float()
    return torch.outer(stripes, stripes).expand(1, 3, side, side)


def test_a_photo_has_no_more_than_itself() -> None:
    assert checkerboard(sample("astronaut"), sample("astronaut")) == pytest.approx(1)


def test_noise_has_no_peaks() -> None:
    assert peaks(noise()) == pytest.approx(1, abs=0.1)


def test_a_board_of_known_strength_on_noise_peaks_as_computed() -> None:
    # Under a Hann window of 64 x 64 a wave a cos has the power a^2 (sum w)^2 = a^2 32^4 in its bin, where it meets
    # noise of the power s^2 sum w^2 = s^2 24^2. Fields of two pixels add one such peak to the nine points.
    strength, deviation = 0.02, 0.1
    expected = 1 + strength**2 * 32**4 / (deviation**2 * 24**2) / len(POINTS)
    assert peaks(noise(deviation) + strength * board(2)) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("period", [2, 4])
def test_a_faint_board_over_a_photo_is_seen(period: int) -> None:
    photo = sample("astronaut")
    faint = (photo + board(period) * 3 / 255).clamp(0, 1)
    fainter = (photo + board(period) * 1 / 255).clamp(0, 1)
    assert 1.1 < checkerboard(fainter, photo) < checkerboard(faint, photo)
    assert checkerboard(faint, photo) > 4


def test_other_periods_are_textures() -> None:
    assert peaks(noise() + 0.1 * board(16)) < 2 < peaks(noise() + 0.1 * board(4))


def test_stripes_of_one_direction_count_too() -> None:
    stripes = (torch.arange(512) % 4 >= 2).float().expand(1, 3, 512, 512)
    assert peaks(noise() + 0.05 * stripes) > 3


def test_a_transposed_convolution_shows_and_an_upsampling_with_a_convolution_does_not() -> None:
    small = functional.interpolate(sample("astronaut"), (256, 256), mode="area")
    kernel = torch.tensor([[1.0, 0.9, 1.0], [0.9, 0.8, 0.9], [1.0, 0.9, 1.0]]).expand(3, 1, 3, 3)
    deconvolved = functional.conv_transpose2d(small, kernel, stride=2, padding=1, output_padding=1, groups=3)
    resized = functional.interpolate(small, (512, 512), mode="bilinear")
    photo = sample("astronaut")
    assert checkerboard((deconvolved / 4).clamp(0, 1), photo) > 10 * checkerboard(resized, photo)


def test_a_flat_picture_has_none() -> None:
    flat = torch.full((1, 3, 128, 128), 0.4)
    assert peaks(flat) == pytest.approx(1)


def test_the_smallest_picture_can_be_judged() -> None:
    assert peaks(noise(side=64)) > 0
