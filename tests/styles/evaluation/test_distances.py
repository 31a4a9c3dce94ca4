"""Distances between a result and its photo, where the answer is known."""

import pytest
import torch
from skimage.metrics import structural_similarity
from torch import Tensor

from styles.evaluation.distances import (
    brightness,
    content_loss,
    mean_grams,
    perceptual_distance,
    ssim,
    style_loss,
)
from styles.samples import sample
from styles.training.colours import grey


def features(seed: int) -> dict[str, Tensor]:
    """What a network might see: never negative."""
    draws = torch.Generator().manual_seed(seed)
    return {"relu1_1": torch.rand(1, 4, 8, 8, generator=draws), "relu2_1": torch.rand(1, 6, 4, 4, generator=draws)}


def test_a_picture_is_at_no_distance_from_itself() -> None:
    seen, photo = features(0), sample("cat")
    assert content_loss(seen["relu1_1"], seen["relu1_1"]) == 0
    assert style_loss(seen, mean_grams([seen])) == 0
    assert perceptual_distance(seen, seen) == 0
    assert ssim(photo, photo) == pytest.approx(1)


def test_content_is_the_mean_square_of_the_difference() -> None:
    assert content_loss(torch.full((1, 2, 3, 3), 1.5), torch.ones(1, 2, 3, 3)) == pytest.approx(0.25)


def test_style_knows_what_comes_together_and_not_where() -> None:
    seen = features(0)
    elsewhere = {layer: each.flip(3).roll(2, 2) for layer, each in seen.items()}
    assert style_loss(elsewhere, mean_grams([seen])) == pytest.approx(0, abs=1e-10)


def test_style_of_constant_features_by_hand() -> None:
    # two channels of 2 have Gram matrices full of 4; of 1, full of 1; each of two layers adds (4 - 1)^2
    twos, ones = ({"a": torch.full((1, 2, 5, 5), value), "b": torch.full((1, 2, 3, 3), value)} for value in (2.0, 1.0))
    assert style_loss(twos, mean_grams([ones])) == pytest.approx(18)


def test_the_art_s_style_is_the_mean_over_its_pictures() -> None:
    twos, zeros = {"a": torch.full((1, 2, 5, 5), 2.0)}, {"a": torch.zeros(1, 2, 5, 5)}
    assert mean_grams([twos, zeros])["a"].tolist() == [[[2, 2], [2, 2]]]


def test_opposite_features_are_two_apart_and_their_loudness_does_not_count() -> None:
    one, other = torch.zeros(1, 2, 3, 3), torch.zeros(1, 2, 3, 3)
    one[:, 0], other[:, 1] = 1, 1
    assert perceptual_distance({"a": one}, {"a": other}) == pytest.approx(2)
    assert perceptual_distance({"a": 7 * one}, {"a": one}) == pytest.approx(0)
    assert perceptual_distance({"a": one, "b": one}, {"a": other, "b": one}) == pytest.approx(1)


def test_silence_is_no_division_by_nothing() -> None:
    silent = {"a": torch.zeros(1, 2, 3, 3)}
    assert perceptual_distance(silent, silent) == 0


@pytest.mark.parametrize("name", ["astronaut", "cat"])
def test_ssim_is_that_of_scikit_image(name: str) -> None:
    photo = sample(name)
    result = (photo.flip(3) * 0.5 + photo * 0.4).clamp(0, 1)
    expected = structural_similarity(  # type: ignore[no-untyped-call]  # untyped in scikit-image
        *(brightness(each)[0, 0].double().numpy() for each in (result, photo)),
        data_range=1,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert expected < 0.9
    assert ssim(result, photo) == pytest.approx(expected, abs=1e-9)


def test_colour_alone_leaves_the_structure() -> None:
    photo = sample("coffee")
    assert ssim(grey(photo), photo) == pytest.approx(1, abs=1e-6)
