"""The filters that rules are made of, on ``N x C x H x W``: light, tones, and smoothing that stops at edges."""

import torch
from torch import Tensor
from torch.nn import functional

from styles.training.colours import grey

Colour = tuple[float, float, float]  # RGB in [0, 1]

CRISP = 12.0  # how abruptly one tone goes over into the next


def light(photos: Tensor, vivid: float) -> Tensor:
    """``N x 1 x H x W``: brightness; the strongest channel counts for so much in it, so that pure red is no shadow."""
    return grey(photos)[:, :1].lerp(photos.amax(1, keepdim=True), vivid)


def mixed(ground: Colour, paint: Colour, share: Tensor) -> Tensor:
    """``N x 3 x H x W``: from one colour where the share, ``N x 1 x H x W``, is 0, to another where it is 1."""
    first, second = painted(ground, share), painted(paint, share)
    return first + (second - first) * share


def painted(colour: Colour, like: Tensor) -> Tensor:
    """``1 x 3 x 1 x 1``: one colour, where the other pictures are."""
    return like.new_tensor(colour).view(1, 3, 1, 1)


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


def flattened(images: Tensor, passes: int, radius: int, edge: float) -> Tensor:
    """Levelled so many times, up to edges of that contrast: each pass flattens further and blurs no contour."""
    for _ in range(passes):
        images = levelled(images, radius, edge**2)
    return images


def box(images: Tensor, radius: int) -> Tensor:
    """The mean over a square, of what of it lies in the picture; by running sums, so any radius costs the same."""
    side = 2 * radius + 1
    across = functional.pad(images, (radius + 1, radius)).cumsum(-1)
    rows = across[..., side:] - across[..., :-side]
    down = functional.pad(rows, (0, 0, radius + 1, radius)).cumsum(-2)
    height, width = (_within(length, radius, images) for length in images.shape[-2:])
    return (down[..., side:, :] - down[..., :-side, :]) / (height[:, None] * width)


def _within(length: int, radius: int, images: Tensor) -> Tensor:
    """How many places of a line lie within the radius of each of them."""
    places = torch.arange(length, device=images.device)
    counts = (places + radius).clamp(max=length - 1) - (places - radius).clamp(min=0) + 1
    return counts.to(images.dtype)


def blurred(images: Tensor, deviation: float) -> Tensor:
    """A Gaussian blur, over three deviations each way or as far as the smaller side lets a mirror reach."""
    reach = min(round(3 * deviation), min(images.shape[-2:]) - 1)
    places = torch.arange(-reach, reach + 1, device=images.device, dtype=images.dtype)
    weights = torch.exp(-(places**2) / (2 * deviation**2))
    weights = weights / weights.sum()
    padded = functional.pad(images.flatten(0, 1)[:, None], (reach,) * 4, mode="reflect")
    rows = functional.conv2d(padded, weights.view(1, 1, 1, -1))
    return functional.conv2d(rows, weights.view(1, 1, -1, 1)).view(images.shape)
