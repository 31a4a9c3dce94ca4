"""How far a result is from its photo, and from the art. Each gives one number for one picture, 0 (or 1) if identical.

``Features`` are those of ``styles.training.perception``: a layer's name to ``1 x C x h x w``.
"""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from styles.training.colours import grey
from styles.training.gram import gram
from styles.training.perception import Features

SSIM_RADIUS, SSIM_DEVIATION = 5, 1.5  # pixels; the window of the paper: 11 x 11
SSIM_LUMINANCE, SSIM_CONTRAST = 0.01**2, 0.03**2  # C1 and C2 of the paper, for values in [0, 1]
UNIT_FLOOR = 1e-10  # keeps the length of silent features from dividing by 0


def content_loss(result: Tensor, photo: Tensor) -> float:
    """Mean squared difference of one layer's features, ``1 x C x h x w``: mean((F(result) - F(photo))^2).

    From 0, identical, without bound. The feature reconstruction loss of Johnson et al., arXiv 1603.08155,
    section 3.2.
    """
    return float(functional.mse_loss(result, photo))


def mean_grams(art: Iterable[Features]) -> dict[str, Tensor]:
    """Each layer's Gram matrix, ``1 x C x C``, averaged over all art pictures."""
    sums: dict[str, Tensor] = {}
    count = 0
    for features in art:
        count += 1
        for layer, seen in features.items():
            sums[layer] = sums.get(layer, 0) + gram(seen)
    return {layer: total / count for layer, total in sums.items()}


def style_loss(result: Features, target: Mapping[str, Tensor]) -> float:
    """Sum over layers of mean((G(result) - G(art))^2), where G = F F^T / (h w), C x C, and G(art) a mean over the art.

    From 0 without bound. The style representation of Gatys et al., arXiv 1508.06576; the scale is that of
    ``styles.training.gram``.
    """
    return sum(float(functional.mse_loss(gram(result[layer]), target[layer])) for layer in target)


def perceptual_distance(result: Features, photo: Features) -> float:
    """LPIPS without its learned weights: mean over layers and pixels of |f(result) - f(photo)|^2, f = F / |F|.

    |F| is the length over the channels, so each term is 2 - 2 cos of the angle between two pixels' features: from 0
    to 2. Zhang et al., arXiv 1801.03924, equation 1 with w = 1, averaged over the layers at hand instead of summed.
    These numbers are not LPIPS and cannot be compared with published ones.
    """
    return sum(float(_unit_difference(result[layer], photo[layer])) for layer in photo) / len(photo)


def ssim(result: Tensor, photo: Tensor) -> float:
    """Structural similarity of the brightness of two ``1 x 3 x H x W`` in [0, 1]; from -1 to 1, identical.

    Mean over all windows of (2 m m' + C1)(2 c + C2) / ((m^2 + m'^2 + C1)(s^2 + s'^2 + C2)): means m, variances s^2 and
    covariance c under an 11 x 11 Gaussian window of deviation 1.5, whole windows only. Wang et al., "Image quality
    assessment: from error visibility to structural similarity", IEEE TIP 13(4), 2004, equation 13.
    """
    one, other = brightness(result).double(), brightness(photo).double()
    mean, mean_other = _blurred(one), _blurred(other)
    variances = _blurred(one * one) - mean**2 + _blurred(other * other) - mean_other**2
    covariance = _blurred(one * other) - mean * mean_other
    luminance = (2 * mean * mean_other + SSIM_LUMINANCE) / (mean**2 + mean_other**2 + SSIM_LUMINANCE)
    return float((luminance * (2 * covariance + SSIM_CONTRAST) / (variances + SSIM_CONTRAST)).mean())


def brightness(images: Tensor) -> Tensor:
    """``N x 3 x H x W`` to ``N x 1 x H x W``."""
    return grey(images)[:, :1]


def _unit_difference(one: Tensor, other: Tensor) -> Tensor:
    return (_unit(one) - _unit(other)).square().sum(1).mean()


def _unit(features: Tensor) -> Tensor:
    return features / (features.square().sum(1, keepdim=True).sqrt() + UNIT_FLOOR)


def _blurred(images: Tensor) -> Tensor:
    steps = torch.arange(-SSIM_RADIUS, SSIM_RADIUS + 1, dtype=images.dtype, device=images.device)
    row = torch.exp(-(steps**2) / (2 * SSIM_DEVIATION**2))
    row = row / row.sum()
    return functional.conv2d(functional.conv2d(images, row.view(1, 1, 1, -1)), row.view(1, 1, -1, 1))
