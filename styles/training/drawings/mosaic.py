"""A mosaic of small stones that lie along the forms, each of one colour, in grout.

Stones are cells of a centroidal Voronoi diagram whose distance is a square turned along the flow (Hausner, SIGGRAPH
2001) and counts colour too, so that no stone reaches over an edge (SLIC; Achanta et al., 2012).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from styles.training.drawings.filters import blurred, levelled, light, painted
from styles.training.drawings.rule import Rule, real, whole
from styles.training.drawings.strokes import flow, places

GROUT = (0.27, 0.25, 0.24)
CLEAN_RADIUS, CLEAN_EDGE = 2, 0.06
CALM = 6.0  # pixels over which stones agree on their direction
SHIFT = 0.25  # of a stone: every other row starts to the left, every other to the right, as bricks do
VIVID = 1.35
UNEVEN, FAINT = 0.26, 0.03  # how much stones of one colour differ: in proportion, and at least


@dataclass(frozen=True, slots=True)
class Mosaic(Rule):
    """``size`` of a stone in pixels; ``edges``: how much more colour counts than distance; ``rounds`` of settling."""

    size: float = real(11.0, 4, 128)
    edges: float = real(6.0, 0, 100)
    rounds: int = whole(6, 0, 50)

    def __call__(self, photos: Tensor) -> Tensor:
        seen = levelled(photos, CLEAN_RADIUS, CLEAN_EDGE**2)
        stones = Stones(seen, self.size, self.edges)
        for _ in range(self.rounds + 1):
            stones.settle()
        grout = blurred(walls(stones.owner), 0.55)
        return stones.painted().lerp(painted(GROUT, grout), (1.05 * grout).clamp(max=1))


class Stones:
    """A lattice of stones that settle. ``owner``, ``N x H x W``, is the number of the stone that a pixel belongs to."""

    def __init__(self, seen: Tensor, size: float, edges: float) -> None:
        self.seen, self.size, self.edges = seen, size, edges
        count, _, self.height, self.width = seen.shape
        self.rows, self.columns = (max(1, round(side / size)) for side in (self.height, self.width))
        self.way, self.where = flow(light(seen, 0.3), CALM), places(seen)
        self.home = torch.stack(
            [
                (self.where[:, 1] * self.rows / self.height).long(),
                (self.where[:, 0] * self.columns / self.width).long(),
            ]
        )
        self.middle = self._start().expand(count, 2, -1)
        self.colour = functional.adaptive_avg_pool2d(seen, (self.rows, self.columns)).flatten(2)
        self.owner = torch.zeros_like(self.home[0])

    def settle(self) -> None:
        """Give every pixel to the nearest stone, then move each stone amid its pixels and give it their colour."""
        nearest = torch.full_like(self.seen[:, 0], torch.inf)
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                stone = self._neighbour(down, right)
                distance = self._distance(stone)
                self.owner = torch.where(distance < nearest, stone, self.owner)
                nearest = torch.minimum(nearest, distance)
        self.colour, self.middle = self._means(self.seen), self._means(self.where)

    def painted(self) -> Tensor:
        """Every pixel in its stone's colour, which is a little brighter than the photo's, and uneven."""
        grey = self.colour.mean(1, keepdim=True)
        brighter, lighter = (chance(self.colour.shape[-1], draw).to(self.seen) for draw in (1, 2))
        stones = (grey + VIVID * (self.colour - grey)) * (1 + UNEVEN * brighter) + FAINT * lighter
        return self._of(stones.clamp(0, 1), self.owner)

    def _start(self) -> Tensor:
        rows, columns = torch.meshgrid(torch.arange(self.rows), torch.arange(self.columns), indexing="ij")
        across = (columns + 0.5 + SHIFT * (1 - 2 * (rows % 2))) * (self.width / self.columns)
        down = (rows + 0.5) * (self.height / self.rows)
        return torch.stack([across, down]).flatten(1).to(self.seen)[None]

    def _neighbour(self, down: int, right: int) -> Tensor:
        row, column = (self.home[0] + down).clamp(0, self.rows - 1), (self.home[1] + right).clamp(0, self.columns - 1)
        return row * self.columns + column

    def _distance(self, stone: Tensor) -> Tensor:
        away = (self.where - self._of(self.middle, stone)) / self.size
        ahead = (away * self.way).sum(1)
        aside = away[:, 1] * self.way[:, 0] - away[:, 0] * self.way[:, 1]
        colour = (self.seen - self._of(self.colour, stone)).square().sum(1)
        return torch.maximum(ahead.abs(), aside.abs()).square() + self.edges * colour

    def _of(self, values: Tensor, stone: Tensor) -> Tensor:
        """``N x C x H x W``: of ``N x C`` values for every stone those of the given stones, ``N x H x W``."""
        channels = values.shape[1]
        picked = values.gather(2, stone.flatten(1)[:, None].expand(-1, channels, -1))
        return picked.view(-1, channels, self.height, self.width)

    def _means(self, values: Tensor) -> Tensor:
        flat = torch.cat([values, torch.ones_like(values[:, :1])], 1).flatten(2)
        owner = self.owner.flatten(1)[:, None].expand_as(flat)
        sums = flat.new_zeros(*flat.shape[:2], self.rows * self.columns).scatter_add_(2, owner, flat)
        return sums[:, :-1] / sums[:, -1:].clamp_min(1)


def walls(owner: Tensor) -> Tensor:
    """``N x 1 x H x W``: 1 where a pixel's neighbour to the left or above belongs to another stone, else 0."""
    found = torch.zeros(owner.shape, device=owner.device)
    found[:, :, 1:] += owner[:, :, 1:] != owner[:, :, :-1]
    found[:, 1:] += owner[:, 1:] != owner[:, :-1]
    return found.clamp(max=1)[:, None]


def chance(count: int, draw: int) -> Tensor:
    """So many numbers from -1/2 to 1/2 without order, the same at every call: their places, mixed as xxHash does."""
    mixed_up = (torch.arange(1, count + 1) * 2654435761 + draw * 374761393) & 0xFFFFFFFF
    for shift, factor in ((15, 2246822519), (13, 3266489917)):
        mixed_up = ((mixed_up ^ (mixed_up >> shift)) * factor) & 0xFFFFFFFF
    return (mixed_up ^ (mixed_up >> 16)) / 2**32 - 0.5
