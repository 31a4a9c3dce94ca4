"""Which way a picture runs, and what a pen makes of that."""

import torch
from torch import Tensor
from torch.nn import functional

from styles.training.drawings.filters import blurred

SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
WIDER = 1.6  # ratio of the two blurs whose difference finds lines (Marr and Hildreth)


def slopes(brightness: Tensor) -> Tensor:
    """``N x 2 x H x W``: how steeply ``N x 1 x H x W`` rises to the right and downwards, a unit a pixel."""
    across = brightness.new_tensor(SOBEL) / 8
    kernels = torch.stack([across, across.T])[:, None]
    return functional.conv2d(functional.pad(brightness, (1, 1, 1, 1), mode="replicate"), kernels)


def flow(brightness: Tensor, deviation: float) -> Tensor:
    """``N x 2 x H x W``: the direction in which a picture changes least, right and down, of length 1.

    The lesser eigenvector of the structure tensor, blurred so far (Brox et al., 2006; Kyprianidis and Kang, 2011).
    """
    right, down = slopes(brightness).chunk(2, 1)
    tensor = blurred(torch.cat([right * right - down * down, 2 * right * down], 1), deviation)
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


def pen(brightness: Tensor, directions: Tensor, width: float, *, sharp: float, level: float, steep: float) -> Tensor:
    """``N x 1 x H x W``, 1 where paper stays and 0 where ink lies: XDoG along the flow (Winnemöller, 2011).

    ``width`` in pixels is that of a line; ``sharp`` says how much lines count against the tone itself, ``level`` is
    the brightness under which ink lies, and ``steep`` how abruptly it ends.
    """
    near, far = across(brightness, directions, width), across(brightness, directions, WIDER * width)
    sharpened = along((1 + sharp) * near - sharp * far, directions, max(1, round(2 * width)))
    return (1 + torch.tanh(steep * (sharpened - level))).clamp(max=1)
