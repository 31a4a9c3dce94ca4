"""Houses, villages, quays and cities. Windows are lit when it is dark."""

import numpy as np

from styles.scenery.canvas import Array, mixed, rgb, spread
from styles.scenery.scene import SNOW, Scene

WALLS = (
    rgb(0.93, 0.87, 0.76), rgb(0.86, 0.52, 0.38), rgb(0.93, 0.75, 0.46), rgb(0.56, 0.66, 0.70), rgb(0.80, 0.38, 0.32),
    rgb(0.95, 0.93, 0.88),
)  # fmt: skip
ROOFS = (rgb(0.66, 0.30, 0.23), rgb(0.42, 0.32, 0.34), rgb(0.75, 0.40, 0.26), rgb(0.32, 0.36, 0.44))
LAMP = rgb(1.0, 0.80, 0.42)
STONE = rgb(0.52, 0.49, 0.50)


def house(scene: Scene, at: tuple[float, float], size: float, kind: int, depth: float, tall: float = 1.0) -> None:
    """Build a house that stands on ``at`` (its foot's middle), ``size`` wide."""
    canvas, (x, y) = scene.canvas, at
    left, right, eaves = x - size / 2, x + size / 2, y - 0.62 * size * tall
    wall = mixed(scene.light.on(WALLS[kind % len(WALLS)], depth), LAMP, 0.4 * max(0.0, scene.light.lamps - 0.5))
    canvas.boxes(np.array([[left, eaves, right, y]], np.float32), wall)
    lit = scene.lit_from()  # the side that is turned away lies in shade, more so the lower the light comes
    away = [left, eaves, left + 0.33 * size, y] if lit > 0 else [right - 0.33 * size, eaves, right, y]
    canvas.boxes(np.array([away], np.float32), scene.light.on(rgb(0.2, 0.16, 0.3), depth), 0.25 * abs(lit))
    roof = mixed(scene.light.on(ROOFS[(kind * 3 + 1) % len(ROOFS)], depth), scene.light.on(SNOW, depth), scene.white)
    over, ridge = 0.09 * size, eaves - 0.48 * size
    canvas.polygon(
        [(left - over, eaves), (left + 0.24 * size, ridge), (right - 0.24 * size, ridge), (right + over, eaves)], roof
    )
    canvas.boxes(
        np.array([[x + 0.16 * size, ridge - 0.14 * size, x + 0.26 * size, ridge + 0.1 * size]], np.float32), roof * 0.8
    )
    panes = [
        (x + part * size, row)
        for row in np.arange(eaves + 0.16 * size, y - 0.12 * size, 0.34 * size)
        for part in (-0.27, 0.0, 0.27)
    ]
    windows(
        scene,
        np.array([[a - 0.065 * size, b, a + 0.065 * size, b + 0.17 * size] for a, b in panes], np.float32),
        depth,
        kind,
    )


def windows(scene: Scene, boxes: Array, depth: float, kind: int = 0) -> None:
    """Set windows: dark by day; in the evening some are lit, and shine."""
    if not len(boxes):
        return
    glass = scene.light.on(rgb(0.22, 0.27, 0.36), depth)
    scene.canvas.boxes(boxes, glass, 0.8)
    lit = spread(len(boxes), 0.13 * kind)[0] < 0.35 + 0.4 * scene.light.lamps
    if scene.light.lamps > 0.2 and lit.any():
        fade = float(np.exp(-0.35 * scene.light.thick * depth))
        scene.canvas.boxes(boxes[lit], LAMP, min(1.0, 0.35 + 0.8 * scene.light.lamps) * fade)


def village(scene: Scene, middle: float, foot: float, size: float, depth: float) -> None:
    """Build a cluster of houses around a church."""
    across, down = spread(8, 0.23)
    order = np.argsort(down)
    steeple(scene, (middle + 0.03, foot - 0.015), size, depth)
    for i in order:
        x = middle + (float(across[i]) - 0.5) * (0.52 + 0.05 * scene.at.roofs)
        y = foot + (float(down[i]) - 0.3) * 0.09
        house(scene, (x, y), size * (0.8 + 0.4 * float(down[i])), int(i), depth)
    if scene.light.lamps > 0.6:
        scene.canvas.glow((middle, foot), (0.26, 0.07), LAMP, 0.22)


def steeple(scene: Scene, at: tuple[float, float], size: float, depth: float) -> None:
    (x, y), wide, high = at, 0.42 * size, (2.3 + 0.3 * scene.at.roofs) * size
    scene.canvas.boxes(
        np.array([[x - wide / 2, y - high, x + wide / 2, y]], np.float32), scene.light.on(WALLS[5], depth)
    )
    roof = mixed(scene.light.on(ROOFS[3], depth), scene.light.on(SNOW, depth), 0.7 * scene.white)
    scene.canvas.polygon([(x - 0.62 * wide, y - high), (x, y - high - 1.5 * size), (x + 0.62 * wide, y - high)], roof)
    windows(scene, np.array([[x - 0.1 * wide, y - 0.9 * high, x + 0.1 * wide, y - 0.75 * high]], np.float32), depth)


def waterfront(scene: Scene) -> None:
    """Build the far side of a harbour: a quay, and a row of narrow houses on it."""
    foot, depth = scene.horizon - 0.012, 0.32
    x, i = -0.06 + 0.05 * scene.at.roofs, 0
    while x < 1.06:
        wide = 0.075 + 0.028 * ((i * 0.618) % 1)
        gap = 0.14 if i in {3, 8} else 0.0  # a street between two rows
        tall = 1.15 + 0.8 * ((i * 0.755 + 0.2) % 1)
        house(scene, (x + wide / 2, foot), wide * 0.97, i, depth, tall)
        x, i = x + wide + gap, i + 1
    quay = scene.light.on(STONE * 0.8, depth)
    scene.canvas.boxes(
        np.array([[-0.1, foot, 1.1, scene.horizon + 0.012]], np.float32),
        mixed(quay, scene.light.on(SNOW, depth), 0.5 * scene.white),
    )
    _moored_masts(scene, depth)
    if scene.light.lamps > 0.4:
        scene.canvas.glow((0.5, foot - 0.03), (0.8, 0.05), LAMP, 0.2 * scene.light.lamps)


def _moored_masts(scene: Scene, depth: float) -> None:
    """Moor small boats along the far quay: hulls and bare masts."""
    across, tall = spread(12, 0.37)
    x, y = (across + 0.05 * scene.at.fleet) % 1.1 - 0.05, scene.horizon + 0.016
    hulls = np.stack([x - 0.022, np.full_like(x, y - 0.014), x + 0.024, np.full_like(x, y)], axis=1)
    masts = np.stack([x - 0.0022, y - 0.06 - 0.07 * tall, x + 0.0022, np.full_like(x, y - 0.01)], axis=1)
    scene.canvas.boxes(masts, scene.light.on(rgb(0.32, 0.24, 0.22), depth), 0.9)
    for kind, colour in enumerate((rgb(0.90, 0.88, 0.84), rgb(0.24, 0.36, 0.46), rgb(0.62, 0.25, 0.20))):
        scene.canvas.boxes(hulls[kind::3], scene.light.on(colour, depth))


def city(scene: Scene, foot: float) -> None:
    """Build a skyline in three depths, the nearest with windows."""
    for layer, (depth, high, count) in enumerate(((0.9, 0.36, 13), (0.6, 0.31, 12), (0.3, 0.22, 11))):
        index = np.arange(count, dtype=np.float32)
        wide = 1.16 / count
        left = -0.08 + index * wide + 0.03 * scene.at.roofs * (1 if layer % 2 else -1)
        width = wide * (0.62 + 0.36 * ((index * 0.618 + 0.3 * layer) % 1))
        some = (index * 0.755 + 0.41 * layer) % 1
        hump = np.exp(-(((left - scene.focus) / 0.3) ** 2))
        tall = high * (0.28 + 0.42 * some + 0.45 * hump * some[::-1] + 0.05 * np.sin(3 * index + 2 * scene.at.relief))
        boxes = np.stack([left, foot - tall, left + width, np.full_like(left, foot + 0.01)], axis=1).astype(np.float32)
        body = mixed(rgb(0.42, 0.46, 0.56), rgb(0.66, 0.52, 0.48), 0.3 * layer) * (
            0.6 if scene.time == "night" else 1.0
        )
        top = float(boxes[:, 1].min())
        colour = scene.canvas.graded(
            top, foot, scene.light.on(body, depth), scene.light.on(body * 1.1, min(1, depth + 0.35))
        )
        scene.canvas.boxes(boxes, colour)
        _spires(scene, boxes[:: 4 - layer], scene.light.on(body, depth))
        shaded = boxes.copy()
        lit = scene.lit_from()
        shaded[:, 2 if lit > 0 else 0] = boxes[:, 0] + (0.4 if lit > 0 else 0.6) * width
        scene.canvas.boxes(shaded, scene.light.on(body * 0.6, depth), 0.5 * abs(lit))
        _panes(scene, boxes, width, depth, layer)
    if scene.light.lamps > 0.4:
        scene.canvas.glow((scene.focus, foot), (0.5, 0.11), LAMP, 0.3 * scene.light.lamps)


def _spires(scene: Scene, boxes: Array, colour: Array) -> None:
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    tips = np.stack([middle - 0.003, boxes[:, 1] - 0.05, middle + 0.003, boxes[:, 1] + 0.01], axis=1)
    steps = np.stack([middle - 0.014, boxes[:, 1] - 0.018, middle + 0.014, boxes[:, 1] + 0.01], axis=1)
    scene.canvas.boxes(steps, colour)
    scene.canvas.boxes(tips, colour)


def _panes(scene: Scene, boxes: Array, widths: Array, depth: float, layer: int) -> None:
    """Set a grid of windows into each building, from its top; the ground hides what is left of the last row."""
    panes, chance = [], []
    for i, (left, top, _, foot) in enumerate(boxes):
        across, down = np.arange(0.011, widths[i] - 0.012, 0.0165), np.arange(0.014, foot - top - 0.01, 0.024)
        x, y = (grid.ravel() for grid in np.meshgrid(left + across, top + down))
        panes.append(np.stack([x, y, x + 0.0085, np.minimum(y + 0.012, foot - 0.01)], axis=1))
        column, row = (grid.ravel() for grid in np.meshgrid(np.arange(len(across)), np.arange(len(down))))
        chance.append((0.618 * column + 0.367 * row * row + 0.41 * i + 0.1 * layer) % 1)
    all_panes = np.concatenate(panes).astype(np.float32)
    if scene.light.lamps > 0.2:
        lit = np.concatenate(chance) < 0.2 + 0.35 * scene.light.lamps
        clear = float(np.exp(-0.6 * scene.light.thick * depth))
        scene.canvas.boxes(all_panes[lit], LAMP, (0.3 + 0.65 * scene.light.lamps) * clear)
    else:
        scene.canvas.boxes(all_panes, scene.light.on(rgb(0.24, 0.32, 0.44), depth), 0.5)
