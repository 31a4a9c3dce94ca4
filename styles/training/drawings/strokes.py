"""Which way a picture runs, and what a pen makes of that."""

import torch
from torch import Tensor
from torch.nn import functional

from styles.training.drawings.filters import blurred, box

SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
WIDER = 1.6  # ratio of the two blurs whose difference finds lines (Marr and Hildreth)
EVEN = 12  # pixels within which the strength of grain is evened out
FAINTEST = 0.002  # grain of less than this contrast stays faint


def slopes(brightness: Tensor) -> Tensor:
    """``N x 2 x H x W``: how steeply ``N x 1 x H x W`` rises to the right and downwards, a unit a pixel."""
    across = brightness.new_tensor(SOBEL) / 8
    kernels = torch.stack([across, across.T])[:, None]
    return functional.conv2d(functional.pad(brightness, (1, 1, 1, 1), mode="replicate"), kernels)


def flow(brightness: Tensor, deviation: float, hand: float = 0.0) -> Tensor:
    """``N x 2 x H x W``: the direction in which a picture changes least, right and down, of length 1.

    The lesser eigenvector of the structure tensor, blurred so far (Brox et al., 2006; Kyprianidis and Kang, 2011).
    Where slopes are fainter than ``hand``, lines lean to the right, as those of a right hand do.
    """
    right, down = slopes(brightness).chunk(2, 1)
    tensor = blurred(torch.cat([right * right - down * down, 2 * right * down], 1), deviation)
    tensor = tensor + tensor.new_tensor([0.0, hand**2]).view(1, 2, 1, 1)
    steepest = torch.atan2(tensor[:, 1:], tensor[:, :1]) / 2
    return torch.cat([-steepest.sin(), steepest.cos()], 1)


def along(images: Tensor, directions: Tensor, reach: int) -> Tensor:
    """The mean along the line of flow through each pixel, so many pixels each way (Cabral and Leedom, 1993)."""
    total, base = images.clone(), places(images)
    for way in (1.0, -1.0):
        ahead, here = way * directions, base
        for _ in range(reach):
            here = here + ahead
            total = total + at(images, here)
            found = at(directions, here, "nearest")
            ahead = found * torch.sign((found * ahead).sum(1, keepdim=True) + 1e-9)  # a line of flow has no front
    return total / (2 * reach + 1)


def across(images: Tensor, directions: Tensor, deviation: float) -> Tensor:
    """A Gaussian blur along straight lines that cross the flow."""
    normals = torch.stack([-directions[:, 1], directions[:, 0]], 1)
    total, weights, base = images.clone(), 1.0, places(images)
    for step in range(1, max(1, round(2.5 * deviation)) + 1):
        weight = float(torch.exp(torch.tensor(-(step**2) / (2 * deviation**2))))
        for way in (step, -step):
            total = total + weight * at(images, base + way * normals)
            weights += weight
    return total / weights


def places(images: Tensor) -> Tensor:
    """``N x 2 x H x W``: each pixel's own place, counted from the left and the top."""
    count, _, height, width = images.shape
    rows, columns = torch.meshgrid(
        torch.arange(height, device=images.device), torch.arange(width, device=images.device), indexing="ij"
    )
    return torch.stack([columns, rows]).to(images.dtype).expand(count, 2, height, width)


def at(images: Tensor, where: Tensor, mode: str = "bilinear") -> Tensor:
    """What lies at ``N x 2 x H x W`` places, counted from the left and the top; beyond the border, the border."""
    height, width = images.shape[-2:]
    scale = where.new_tensor([2 / (width - 1), 2 / (height - 1)]).view(1, 2, 1, 1)
    grid = (where * scale - 1).permute(0, 2, 3, 1)
    return functional.grid_sample(images, grid, mode, "border", align_corners=True)


def sharpened(brightness: Tensor, directions: Tensor, width: float, sharp: float) -> Tensor:
    """Brightness with its contours, lines of so many pixels, made to stand out, and calmed along them."""
    near, far = across(brightness, directions, width), across(brightness, directions, WIDER * width)
    return along((1 + sharp) * near - sharp * far, directions, max(1, round(2 * width)))


def pen(brightness: Tensor, directions: Tensor, width: float, *, sharp: float, level: float, steep: float) -> Tensor:
    """``N x 1 x H x W``, 1 where paper stays and 0 where ink lies: XDoG along the flow (Winnemöller, 2011).

    ``sharp`` says how much lines count against the tone itself, ``level`` is the brightness under which ink lies, and
    ``steep`` how abruptly it ends.
    """
    return (1 + torch.tanh(steep * (sharpened(brightness, directions, width, sharp) - level))).clamp(max=1)


def streaks(brightness: Tensor, directions: Tensor, reach: int, grain: float = 2.0) -> Tensor:
    """``N x 1 x H x W`` around 0, of deviation 1 wherever there is any grain: the grain, drawn out along the flow.

    Line integral convolution takes noise for its texture. The photo's own grain, what is finer than ``grain`` pixels,
    serves as well, and a generator that sees the photo alone can repeat the very same streaks.
    """
    noise = brightness - blurred(brightness, grain)
    drawn = along(along(noise, directions, reach), directions, reach)
    strength = box(drawn * drawn, EVEN).clamp_min(0).sqrt()
    return drawn / (strength + FAINTEST)
