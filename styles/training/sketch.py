"""A cartoon drawn by rule: flat areas within their contours, and ink on the contours.

A generator that imitates it knows within minutes what adversarial losses alone teach in hours; they then refine it.
"""

import torch
from torch import Tensor
from torch.nn import functional

from styles.training.colours import grey

SMOOTHINGS = 4  # passes of the edge-preserving filter: each flattens further without blurring a contour
CLEAN_RADIUS, CLEAN_EDGE = 2, 0.05  # a light pass before lines are sought, so that grain is not inked
INK = 0.08  # the brightness of a line
FINE, COARSE = 1.0, 1.6  # ratio of the two blurs whose difference finds lines (Marr and Hildreth)
STEEP, THRESHOLD = 60.0, 0.009  # how fast a contour turns to ink, and the strength from which it does
VIVID, LIGHT = 1.4, 0.8  # cartoons are more saturated than photos, and lighter in their shadows (an exponent)
CRISP = 12.0  # how abruptly one tone goes over into the next


def sketch(photo: Tensor, radius: int, edge: float, line: float, tones: int) -> Tensor:
    """A cartoon of photos, ``N x 3 x H x W`` in [0, 1].

    ``radius`` in pixels is how far areas are levelled, ``edge`` the contrast that stops it, ``line`` the width of the
    ink in pixels, 0 for none; ``tones`` how many steps of light there are, as cel painters mix few (0: all of them).
    """
    flat = photo
    for _ in range(SMOOTHINGS):
        flat = levelled(flat, radius, edge**2)
    brightness = grey(flat)
    painted = (stepped(brightness**LIGHT, tones) + VIVID * (flat - brightness)).clamp(0, 1)
    if line == 0:
        return painted
    clean = levelled(photo, CLEAN_RADIUS, CLEAN_EDGE**2)
    return painted.lerp(INK * painted, ink(clean, line))


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
