"""What scenes are painted with: a square of colours, and shapes whose edges are one pixel soft.

All lengths are parts of the picture's side, across from the left and down from the top, so that a scene is the same at
every side.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
WHOLE = slice(None)
Point = tuple[float, float]


def rgb(red: float, green: float, blue: float) -> Array:
    """Return a colour in [0, 1] that spreads over planes: 3 x 1 x 1."""
    return np.array((red, green, blue), dtype=np.float32).reshape(3, 1, 1)


def mixed(one: Array, other: Array, much: float | Array) -> Array:
    return one + (other - one) * much


def spread(count: int, start: float = 0.0) -> tuple[Array, Array]:
    """Return ``count`` points that fill the unit square evenly without a grid (the R2 sequence)."""
    index = np.arange(1, count + 1, dtype=np.float32)
    return (index * 0.7548777 + start) % 1, (index * 0.5698403 + 0.7 * start) % 1


def unit(values: Array) -> Array:
    """Return ``values`` cut to [0, 1]; much quicker than `np.clip` where they are few."""
    cut: Array = np.minimum(np.maximum(values, 0), 1)
    return cut


def saw(values: Array) -> Array:
    """Return a triangle wave in [-1, 1] of period 1."""
    wave: Array = np.abs((values % 1) * 4 - 2) - 1
    return wave


class Canvas:
    """A picture of ``side`` pixels a side that shapes are laid on, far ones first."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.u: Array = (np.arange(side, dtype=np.float32) + 0.5) / side
        self.v: Array = self.u[:, None]
        self.picture: Array = np.zeros((3, side, side), dtype=np.float32)

    def span(self, start: float, end: float) -> slice:
        """Return the pixels from ``start`` to ``end``, and one more at both ends for soft edges."""
        first, last = int(np.floor(start * self.side)) - 1, int(np.ceil(end * self.side)) + 1
        return slice(max(0, min(first, self.side)), max(0, min(last, self.side)))

    def soft(self, inside: Array) -> Array:
        """Return how much of a pixel is covered, of the distance to the edge that lies inside."""
        return unit(inside * self.side + 0.5)

    def lay(self, mask: Array | float, colour: Array, rows: slice = WHOLE, columns: slice = WHOLE) -> None:
        part = self.picture[:, rows, columns]
        part += mask * (colour - part)

    def below(self, curve: Array, colour: Array, alpha: float = 1.0, bottom: float = 1.0) -> None:
        """Fill what is below a curve that has one height for each column, down to ``bottom``."""
        rows = self.span(float(curve.min()), bottom)
        mask = self.under(curve, rows)
        if bottom < 1:
            mask *= self.soft(bottom - self.v[rows])
        self.lay(mask if alpha == 1 else mask * alpha, self.cut(colour, rows), rows)

    def under(self, curve: Array, rows: slice) -> Array:
        steep = self.side / np.sqrt(1 + (np.gradient(curve) * self.side) ** 2)
        return unit((self.v[rows] - curve) * steep + 0.5)

    @staticmethod
    def cut(colour: Array, rows: slice) -> Array:
        """Return the rows of a colour that has one for each row."""
        return colour if colour.shape[1] == 1 else colour[:, rows]

    def graded(self, top: float, bottom: float, high: Array, low: Array) -> Array:
        """Return a colour for each row: ``high`` above ``top``, ``low`` beneath ``bottom``."""
        return mixed(high, low, unit((self.v - top) / max(bottom - top, 1e-4)))

    def glow(self, at: Point, radii: Point, colour: Array, strength: float) -> None:
        """Lay a haze of light that fades from a point."""
        (x, y), (wide, high) = at, radii
        rows, columns = self.span(y - 2.6 * high, y + 2.6 * high), self.span(x - 2.6 * wide, x + 2.6 * wide)
        down = np.exp(-(((self.v[rows] - y) / high) ** 2)) * strength
        self.lay(down * np.exp(-(((self.u[columns] - x) / wide) ** 2)), colour, rows, columns)

    def disc(self, at: Point, radii: Point, colour: Array, alpha: float = 1.0) -> None:
        (x, y), (wide, high) = at, radii
        rows, columns = self.span(y - high, y + high), self.span(x - wide, x + wide)
        square = ((self.v[rows] - y) / high) ** 2 + ((self.u[columns] - x) / wide) ** 2
        self.lay(self.soft((1 - np.sqrt(square)) * min(wide, high)) * alpha, colour, rows, columns)

    def polygon(self, points: Sequence[Point], colour: Array, alpha: float = 1.0) -> None:
        """Fill a convex polygon."""
        across, down = [x for x, _ in points], [y for _, y in points]
        rows, columns = self.span(min(down), max(down)), self.span(min(across), max(across))
        turn = sum(
            points[i - 1][0] * y - x * points[i - 1][1] for i, (x, y) in enumerate(points)
        )  # twice the signed area: the winding
        inside: Array | None = None
        for i, (x, y) in enumerate(points):
            before = points[i - 1]
            run, fall = x - before[0], y - before[1]
            scale = math.copysign(self.side, turn) / max(math.hypot(run, fall), 1e-6)
            distance = (self.v[rows] - y) * (run * scale) - (self.u[columns] - x) * (fall * scale)
            inside = distance if inside is None else np.minimum(inside, distance)
        if inside is not None:
            self.lay(unit(inside + 0.5) * alpha, self.cut(colour, rows), rows, columns)

    def line(self, start: Point, end: Point, width: float, colour: Array, alpha: float = 1.0) -> None:
        """Draw a stroke with round ends; what is thinner than a pixel turns pale instead of vanishing."""
        half = max(width, 1 / self.side) / 2
        (x, y), (run, fall) = start, (end[0] - start[0], end[1] - start[1])
        rows = self.span(min(y, end[1]) - half, max(y, end[1]) + half)
        columns = self.span(min(x, end[0]) - half, max(x, end[0]) + half)
        right, down = self.u[columns] - x, self.v[rows] - y
        along = unit((right * run + down * fall) / max(run * run + fall * fall, 1e-9))
        distance = np.sqrt((right - along * run) ** 2 + (down - along * fall) ** 2)
        self.lay(self.soft(half - distance) * (alpha * min(1.0, width * self.side)), colour, rows, columns)

    def column(self, middle: float, rows: slice, half: Array, colour: Array, alpha: float = 1.0) -> None:
        """Fill what is upright and the same on both sides: ``half`` as wide at each of ``rows`` (rows x 1)."""
        wide = float(half.max())
        columns = self.span(middle - wide, middle + wide)
        mask = unit((half - np.abs(self.u[columns] - middle)) * self.side + 0.5)
        self.lay(mask * alpha, colour, rows, columns)

    def boxes(self, boxes: Array, colour: Array, alpha: float | Array = 1.0) -> None:
        """Fill K upright rectangles (K x left, top, right, bottom) that do not overlap, all at once."""
        left, top, right, bottom = boxes.T[..., None]
        rows = self.span(float(top.min()), float(bottom.max()))
        columns = self.span(float(left.min()), float(right.max()))
        down = self._covered(self.v[rows, 0], top, bottom)
        mask = (down * np.asarray(alpha, np.float32).reshape(-1, 1)).T @ self._covered(self.u[columns], left, right)
        self.lay(np.minimum(mask, 1), self.cut(colour, rows), rows, columns)

    def _covered(self, places: Array, start: Array, end: Array) -> Array:
        """Return how much of each pixel lies between two ends: K x pixels, exact for what is thinner than a pixel."""
        half = 0.5 / self.side
        cover: Array = np.maximum(np.minimum(places + half, end) - np.maximum(places - half, start), 0)
        return cover * self.side

    def dots(self, x: Array, y: Array, radius: Array | float, colour: Array, alpha: float = 1.0) -> None:
        """Fill K round spots, which flow together where they touch, all at once."""
        size = float(np.mean(radius))
        real = max(size, 0.6 / self.side)
        rows = self.span(float(np.min(y)) - 2 * size, float(np.max(y)) + 2 * size)
        columns = self.span(float(np.min(x)) - 2 * size, float(np.max(x)) + 2 * size)
        wide = np.maximum(np.broadcast_to(np.float32(radius), x.shape)[:, None], 0.6 / self.side)
        field = self.field(x, y, wide, wide, rows, columns)
        steep = max(1.12, real * self.side * 1.2)  # less would leave a veil where no spot is
        mask = unit((field - 0.45) * steep + 0.5)
        self.lay(mask * (alpha * min(1.0, (size / real) ** 2)), self.cut(colour, rows), rows, columns)

    def field(
        self,
        x: Array,
        y: Array,
        wide: Array,
        high: Array,
        rows: slice = WHOLE,
        columns: slice = WHOLE,
        foot: Array | None = None,
    ) -> Array:
        """Return the sum of K bells (rows x columns), each cut off softly at its ``foot`` (K x 1)."""
        down = np.exp(-(((self.v[rows, 0] - y[:, None]) / high) ** 2))
        if foot is not None:
            down *= unit((foot - self.v[rows, 0]) * 60)
        bells: Array = down.T @ np.exp(-(((self.u[columns] - x[:, None]) / wide) ** 2))
        return bells
