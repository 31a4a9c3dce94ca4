"""The distance between two sets of pictures, as Gaussians of their features."""

import torch
from torch import Tensor
from torch.nn import functional

CELLS = 8  # along each side of a picture


class Moments:
    """Mean and covariance of the features of many pictures, in memory for one: float64 sums, C and C x C."""

    def __init__(self) -> None:
        self.count = 0
        self.sum: Tensor | None = None
        self.products: Tensor | None = None

    def add(self, features: Tensor) -> None:
        """Take in ``N x C x h x w``: each of 8 x 8 cells of a picture, averaged, is one sample."""
        cells = functional.adaptive_avg_pool2d(features, (min(CELLS, features.shape[2]), min(CELLS, features.shape[3])))
        self.add_samples(cells.permute(0, 2, 3, 1).flatten(0, 2))

    def add_samples(self, samples: Tensor) -> None:
        """Take in ``M x C`` samples."""
        samples = samples.double().cpu()
        total, products = samples.sum(0), samples.T @ samples
        self.count += len(samples)
        self.sum = total if self.sum is None else self.sum + total
        self.products = products if self.products is None else self.products + products

    def gaussian(self) -> tuple[Tensor, Tensor]:
        """Mean, C, and covariance, C x C, divided by the count. Raises ValueError where nothing was added."""
        if self.sum is None or self.products is None:
            raise ValueError("no samples were added")
        mean = self.sum / self.count
        return mean, self.products / self.count - torch.outer(mean, mean)


def frechet_distance(one: Moments, other: Moments) -> float:
    """|m - m'|^2 + trace(S + S' - 2 (S S')^(1/2)) of two Gaussians with means m and covariances S; from 0, the same.

    The Fréchet distance of Dowson and Landau, 1982, as FID uses it (Heusel et al., arXiv 1706.08500, equation 6). FID
    takes one pooled Inception feature of each of thousands of pictures; here the samples are VGG features pooled over
    8 x 8 cells of each picture, as SinGAN's single-image FID does in its spirit (arXiv 1905.01164), for
    folders with a handful of pictures. It falls as samples grow in number, and is no FID: compare it only between
    rows of one table.
    """
    (mean, covariance), (mean_other, covariance_other) = one.gaussian(), other.gaussian()
    root = _root(covariance)
    # S S' and S^(1/2) S' S^(1/2) have the same eigenvalues, but the second is symmetric
    values = torch.linalg.eigvalsh(root @ covariance_other @ root).clamp_min(0)
    traces = covariance.trace() + covariance_other.trace() - 2 * values.sqrt().sum()
    return max(0.0, float((mean - mean_other).square().sum() + traces))


def _root(covariance: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    return root
