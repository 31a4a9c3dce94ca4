"""The filters that rules are made of, on ``N x C x H x W``: smoothing that stops at edges, and lines at edges."""

import torch
from torch import Tensor
from torch.nn import functional

from styles.training.colours import grey

FINE, COARSE = 1.0, 1.6  # ratio of the two blurs whose difference finds lines (Marr and Hildreth)
STEEP, THRESHOLD = 60.0, 0.009  # how fast a contour turns to ink, and the strength from which it does
CRISP = 12.0  # how abruptly one tone goes over into the next


def stepped(brightness: Tensor, tones: int) -> Tensor:
    """Brightness in so many steps, with a short slope between two of them (Winnemöller et al., SIGGRAPH 2006)."""
    if tones == 0:
        return brightness
    step = (tones * brightness).floor()
    return (step + torch.sigmoid(CRISP * (tones * brightness - step - 0.5))) / tones


def levelled(images: Tensor, radius: int, tolerance: float) -> Tensor:
    """The guided filter (He et al., ECCV 2010) of each channel by itself: a mean that stops at edges."""
    mean = box(images, radius)
    variance = box(images * images, radius) - mean * mean
    slope = variance / (variance + tolerance)
    return box(slope, radius) * images + box(mean - slope * mean, radius)


def ink(images: Tensor, width: float) -> Tensor:
    """``N x 1 x H x W``, from 0 to 1: where a line of this width in pixels lies, on the dark side of each contour."""
    brightness = grey(images)[:, :1]
    difference = blurred(brightness, COARSE * width) - blurred(brightness, FINE * width)
    return torch.tanh(STEEP * (difference - THRESHOLD)).clamp_min(0)


def box(images: Tensor, radius: int) -> Tensor:
    """The mean over a square, whole at the borders too; along rows, then along columns."""
    side = 2 * radius + 1
    rows = functional.avg_pool2d(images, (1, side), 1, (0, radius), count_include_pad=False)
    return functional.avg_pool2d(rows, (side, 1), 1, (radius, 0), count_include_pad=False)


def blurred(images: Tensor, deviation: float) -> Tensor:
    reach = round(3 * deviation)
    places = torch.arange(-reach, reach + 1, device=images.device, dtype=images.dtype)
    weights = torch.exp(-(places**2) / (2 * deviation**2))
    weights = weights / weights.sum()
    padded = functional.pad(images, (reach,) * 4, mode="reflect")
    return functional.conv2d(functional.conv2d(padded, weights.view(1, 1, 1, -1)), weights.view(1, 1, -1, 1))
