"""The checkerboard that upsampling leaves: a pattern that repeats every two or four pixels, wherever one looks."""

from itertools import product

import torch
from torch import Tensor
from torch.nn import functional

from styles.evaluation.distances import brightness

BLOCK = 64  # pixels; a pattern must keep its phase over this length to count
NEAR = (-5, -4, -3, 3, 4, 5)  # frequency bins: past the window's lobe, still alike
STRIDES = (0, BLOCK // 4, BLOCK // 2)  # bins of the frequencies 0, 1/4 and 1/2 a pixel
HALF = BLOCK // 4, -BLOCK // 4  # the diagonal that runs the other way
POINTS = (*(point for point in product(STRIDES, STRIDES) if any(point)), HALF)
ROUNDING = (BLOCK * 3 / 8) ** 2 / (12 * 255**2)  # the power in each bin of what rounding to 8 bits leaves


def checkerboard(result: Tensor, photo: Tensor) -> float:
    """How much more a result, ``1 x 3 x H x W`` in [0, 1], peaks at the strides than its photo: 1 is no more.

    The ratio of ``peaks`` of the two. Transposed convolutions and subpixel layers of stride 2, two after another,
    leave periods of 2 and 4 pixels (Odena et al., "Deconvolution and checkerboard artifacts", Distill 2016); their
    spectra peak at frequencies 1/2 and 1/4 (Durall et al., arXiv 2003.01826). Dividing by the photo's own cancels
    what its subject, its camera or JPEG has there. Sides are at least 64.
    """
    return peaks(result) / peaks(photo)


def peaks(images: Tensor) -> float:
    """Power at the strides against that of nearby frequencies, about 1 where nothing repeats at them.

    P is the mean power spectrum of the brightness in half-overlapping 64 x 64 blocks under a Hann window (Welch,
    1967). At each of the nine points (u, v), u and v of 0, 1/4 and 1/2 but not both 0: P(u, v) / max(mean of P beside
    it in its row, mean of P beside it in its column), so that a picture's ridges along the axes are no peaks. The
    mean over the nine.
    """
    power = spectrum(brightness(images)) + ROUNDING
    return sum(_peak(power, row, column) for row, column in POINTS) / len(POINTS)


def spectrum(grey: Tensor) -> Tensor:
    """``1 x 1 x H x W`` to its mean power in 64 x 64 frequency bins."""
    blocks = functional.unfold(grey.double(), BLOCK, stride=BLOCK // 2)[0].T.reshape(-1, BLOCK, BLOCK)
    blocks = blocks - blocks.mean((1, 2), keepdim=True)
    window = torch.hann_window(BLOCK, dtype=blocks.dtype, device=blocks.device)
    waves: Tensor = torch.fft.fft2(blocks * torch.outer(window, window))
    return waves.abs().square().mean(0)


def _peak(power: Tensor, row: int, column: int) -> float:
    beside = power[row, [(column + step) % BLOCK for step in NEAR]].mean()
    above = power[[(row + step) % BLOCK for step in NEAR], column].mean()
    return float(power[row, column] / torch.maximum(beside, above))
