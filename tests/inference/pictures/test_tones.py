"""What is done to colours and detail, where the answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from inference.pictures.tones import coloured, detailed, matched


def cloud(mean: tuple[float, ...], mixing: list[list[float]], seed: int) -> Image.Image:
    """Soft clouds of colour with this mean and the covariance of ``mixing``, well inside [0, 255]."""
    waves = np.random.default_rng(seed).uniform(-1.7, 1.7, (192, 256, 3))
    return Image.fromarray((waves @ np.array(mixing).T + mean).clip(0, 255).round().astype(np.uint8))


STYLED = cloud((100, 120, 150), [[14, 2, 0], [3, 12, 4], [0, 2, 16]], 1)
PHOTO = cloud((140, 110, 90), [[18, 6, 2], [5, 13, 5], [2, 4, 11]], 2)


def colours(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image, float).reshape(-1, 3)


def test_matched_colours_have_the_photos_mean_and_covariance() -> None:
    result = colours(matched(STYLED, PHOTO))
    assert result.mean(axis=0) == pytest.approx(colours(PHOTO).mean(axis=0), abs=0.5)
    covariance, wanted = np.cov(result, rowvar=False), np.cov(colours(PHOTO), rowvar=False)
    assert np.abs(covariance - wanted).max() < 0.02 * np.trace(wanted)


def test_a_picture_whose_colours_match_already_is_left_as_it_is() -> None:
    assert np.abs(colours(matched(PHOTO, PHOTO)) - colours(PHOTO)).max() <= 1


def test_the_grain_of_an_even_picture_is_not_blown_up() -> None:
    grain = cloud((128, 128, 128), [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]], 3)
    result = colours(matched(grain, PHOTO))
    assert result.std(axis=0).max() < 3
    assert result.mean(axis=0) == pytest.approx(colours(PHOTO).mean(axis=0), abs=1)


def test_kept_colours_are_the_photos_and_the_light_is_the_results() -> None:
    result = np.asarray(coloured(STYLED, PHOTO).convert("YCbCr")).astype(int)
    assert np.abs(result[..., 0] - np.asarray(STYLED.convert("YCbCr"))[..., 0]).max() <= 2
    assert np.abs(result[..., 1:] - np.asarray(PHOTO.convert("YCbCr"))[..., 1:]).max() <= 2


def test_detail_makes_the_fine_stronger_and_leaves_colours(astronaut: Image.Image) -> None:
    soft = astronaut.filter(ImageFilter.GaussianBlur(1.5))
    spreads = [fineness(detailed(soft, astronaut, amount)) for amount in (0.0, 0.5, 1.0)]
    assert spreads[0] == pytest.approx(fineness(soft), rel=0.02)
    assert spreads[0] * 1.15 < spreads[1] < spreads[2] / 1.15
    before, after = (np.asarray(image.convert("YCbCr")).astype(int) for image in (soft, detailed(soft, astronaut, 1)))
    middling = (after[..., 0] > 60) & (after[..., 0] < 190)  # elsewhere a colour may be more than RGB can show
    assert np.abs(after - before)[middling][:, 1:].mean() < 1


def test_no_bright_rim_appears_beside_an_edge() -> None:
    step = Image.new("RGB", (256, 256), (60, 60, 60))
    step.paste((190, 190, 190), (128, 0, 256, 256))
    result = np.asarray(detailed(step, step, 1.0)).astype(int)
    assert result.min() >= 50
    assert result.max() <= 200
    unsharp = np.asarray(step.filter(ImageFilter.UnsharpMask(3, 90, 0))).astype(int)
    assert unsharp.max() > 220


def fineness(image: Image.Image) -> float:
    light = image.convert("L")
    return float((np.asarray(light, float) - np.asarray(light.filter(ImageFilter.GaussianBlur(2)), float)).std())
