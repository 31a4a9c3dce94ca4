"""The distance between Gaussians, where its closed form is known."""

import pytest
import torch
from torch import Tensor

from styles.evaluation.frechet import Moments, frechet_distance


def moments(samples: Tensor) -> Moments:
    found = Moments()
    found.add_samples(samples)
    return found


def corners(*deviations: float, mean: float = 0) -> Tensor:
    """Samples with exactly this mean and these deviations along the axes, which do not depend on each other."""
    signs = torch.cartesian_prod(*([torch.tensor([-1.0, 1.0])] * len(deviations)))
    return mean + signs * torch.tensor(deviations)


def test_one_set_is_at_no_distance_from_itself() -> None:
    samples = torch.randn(50, 5, generator=torch.Generator().manual_seed(0))
    assert frechet_distance(moments(samples), moments(samples)) == pytest.approx(0, abs=1e-9)


def test_moved_means_count_by_their_square() -> None:
    assert frechet_distance(moments(corners(1, 1)), moments(corners(1, 1, mean=3))) == pytest.approx(18)


def test_independent_deviations_differ_one_by_one() -> None:
    assert frechet_distance(moments(corners(3, 2)), moments(corners(1, 5))) == pytest.approx(
        (3 - 1) ** 2 + (2 - 5) ** 2
    )


def test_any_two_gaussians_give_what_the_root_of_the_plain_product_gives() -> None:
    draws = torch.Generator().manual_seed(1)
    one, other = (torch.randn(80, 4, generator=draws) @ torch.randn(4, 4, generator=draws) + shift for shift in (0, 1))
    (mean, covariance), (mean_other, covariance_other) = moments(one).gaussian(), moments(other).gaussian()
    root = torch.linalg.eigvals(covariance @ covariance_other).sqrt().sum().real
    expected = (mean - mean_other).square().sum() + covariance.trace() + covariance_other.trace() - 2 * root
    assert frechet_distance(moments(one), moments(other)) == pytest.approx(float(expected), rel=1e-6)


def test_fewer_samples_than_dimensions_still_give_a_number() -> None:
    assert frechet_distance(moments(torch.zeros(2, 9)), moments(torch.ones(2, 9))) == pytest.approx(9)


def test_what_comes_piece_by_piece_counts_as_what_comes_at_once() -> None:
    samples = torch.randn(30, 3, generator=torch.Generator().manual_seed(2))
    whole, pieces = moments(samples), Moments()
    for piece in samples.chunk(4):
        pieces.add_samples(piece)
    for one, other in zip(whole.gaussian(), pieces.gaussian(), strict=True):
        torch.testing.assert_close(one, other)


def test_a_picture_gives_a_sample_for_each_of_its_cells() -> None:
    large, small = Moments(), Moments()
    large.add(torch.rand(1, 3, 40, 24))
    small.add(torch.rand(1, 3, 4, 6))
    assert (large.count, small.count) == (64, 24)
