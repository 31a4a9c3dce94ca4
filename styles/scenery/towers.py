"""Towers, castles and bridges: what is built of stone and seen from afar."""

import numpy as np

from styles.scenery.buildings import LAMP, ROOFS, STONE, windows
from styles.scenery.canvas import mixed, rgb
from styles.scenery.scene import SNOW, Scene


def lighthouse(scene: Scene, at: tuple[float, float], high: float) -> None:
    """Build a striped tower with a lamp, on a rock."""
    canvas, (x, y) = scene.canvas, at
    rock = scene.light.on(mixed(rgb(0.36, 0.34, 0.36), SNOW, 0.6 * scene.white), 0.15)
    canvas.polygon([(x - 0.17, y + 0.02), (x - 0.08, y - 0.035), (x + 0.06, y - 0.045), (x + 0.15, y + 0.02)], rock)
    canvas.polygon(
        [(x - 0.02, y + 0.02), (x + 0.02, y - 0.04), (x + 0.06, y - 0.045), (x + 0.15, y + 0.02)], rock * 0.75
    )
    foot, top, wide = y - 0.035, y - 0.035 - high, 0.17 * high
    for band in range(5):
        low, up = foot - high * band / 5, foot - high * (band + 1) / 5
        half, less = wide * (1 - 0.09 * band) / 2, wide * (1 - 0.09 * (band + 1)) / 2
        colour = scene.light.on(rgb(0.80, 0.20, 0.17) if band % 2 else rgb(0.96, 0.94, 0.90), 0.1)
        canvas.polygon([(x - half, low), (x - less, up), (x + less, up), (x + half, low)], colour)
        canvas.polygon(
            [(x + 0.3 * half, low), (x + 0.3 * less, up), (x + less, up), (x + half, low)],
            scene.light.on(rgb(0.2, 0.16, 0.3)),
            0.28,
        )
    less = wide * 0.29
    dark = scene.light.on(rgb(0.24, 0.22, 0.28), 0.1)
    canvas.boxes(np.array([[x - 1.25 * less, top - 0.012, x + 1.25 * less, top]], np.float32), dark)
    lamp = mixed(scene.light.on(rgb(0.8, 0.85, 0.85)), LAMP, min(1.0, 1.5 * scene.light.lamps))
    canvas.boxes(np.array([[x - 0.7 * less, top - 0.045, x + 0.7 * less, top - 0.012]], np.float32), lamp)
    canvas.polygon([(x - less, top - 0.045), (x, top - 0.075), (x + less, top - 0.045)], dark)
    _beam(scene, (x, top - 0.028))


def _beam(scene: Scene, at: tuple[float, float]) -> None:
    strength = max(scene.light.lamps, 0.7 if scene.weather in {"misty", "storm"} else 0.0)
    if strength < 0.4:
        return
    x, y = at
    for way, reach in ((1, 1.6), (-1, 1.6)):
        scene.canvas.polygon(
            [(x, y), (x + way * reach, y - 0.14 - 0.08 * way), (x + way * reach, y + 0.10 - 0.08 * way)],
            rgb(1.0, 0.92, 0.66),
            0.20 * strength,
        )
    scene.canvas.glow(at, (0.07, 0.07), rgb(1.0, 0.92, 0.66), 0.85 * strength)


def tower(scene: Scene, at: tuple[float, float], high: float, depth: float, wide: float = 0.28) -> None:
    """Build a round stone tower with a pointed roof."""
    canvas, (x, y), half = scene.canvas, at, wide * high / 2
    stone = mixed(STONE, rgb(0.85, 0.72, 0.58), 0.35)
    canvas.boxes(np.array([[x - half, y - high, x + half, y]], np.float32), scene.light.on(stone, depth))
    canvas.boxes(
        np.array([[x + 0.2 * half, y - high, x + half, y]], np.float32), scene.light.on(stone * 0.62, depth), 0.6
    )
    canvas.boxes(
        np.array([[x - 1.22 * half, y - high, x + 1.22 * half, y - 0.9 * high]], np.float32),
        scene.light.on(stone * 0.85, depth),
    )
    roof = mixed(
        scene.light.on(ROOFS[0] if scene.time != "night" else ROOFS[3], depth),
        scene.light.on(SNOW, depth),
        0.75 * scene.white,
    )
    canvas.polygon([(x - 1.35 * half, y - high), (x, y - high - 3.0 * half), (x + 1.35 * half, y - high)], roof)
    panes = [[x - 0.2 * half, y - part * high, x + 0.22 * half, y - (part - 0.10) * high] for part in (0.82, 0.5)]
    windows(scene, np.array(panes, np.float32), depth)


def castle(scene: Scene, at: tuple[float, float], size: float, depth: float) -> None:
    """Build a castle on a crag: a keep, towers of several heights, a wall with battlements."""
    canvas, (x, y) = scene.canvas, at
    behind = mixed(scene.light.sky[3], scene.light.sun, 0.25)  # air that sets it off from what is behind
    canvas.glow((x, y - 0.4 * size), (1.5 * size, 1.1 * size), behind, 0.35)
    crag = scene.light.on(
        mixed(mixed(rgb(0.40, 0.39, 0.42), scene.leaves(), 0.35), SNOW, 0.4 * scene.white), depth + 0.05
    )
    points = [(-1.5, 0.75), (-1.0, 0.1), (-0.7, -0.06), (0.75, -0.06), (1.1, 0.16), (1.6, 0.75)]
    canvas.polygon(
        [(x + a * size, y + b * size) for a, b in points],
        canvas.graded(y, y + 0.75 * size, crag, mixed(crag, scene.light.haze, 0.35)),
    )
    for place, high, wide in ((-0.12, 1.28, 0.22), (0.28, 1.02, 0.24), (-0.42, 0.86, 0.26)):
        tower(scene, (x + place * size, y), high * size * (1 + 0.08 * scene.at.roofs), depth, wide)
    stone = scene.light.on(mixed(STONE, rgb(0.85, 0.72, 0.58), 0.25), depth)
    canvas.boxes(np.array([[x - 0.68 * size, y - 0.40 * size, x + 0.68 * size, y]], np.float32), stone)
    teeth = x + size * np.linspace(-0.66, 0.60, 10)
    merlons = np.stack([teeth, np.full(10, y - 0.46 * size), teeth + 0.07 * size, np.full(10, y - 0.39 * size)], axis=1)
    canvas.boxes(merlons.astype(np.float32), stone)
    for place, high in ((-0.7, 0.66), (0.7, 0.72)):
        tower(scene, (x + place * size, y + 0.02 * size), high * size, depth, 0.36)
    canvas.disc((x, y - 0.1 * size), (0.1 * size, 0.17 * size), scene.light.on(rgb(0.20, 0.17, 0.20), depth))
    panes = [[x + a * size, y - 0.28 * size, x + (a + 0.06) * size, y - 0.17 * size] for a in (-0.42, -0.24, 0.2, 0.38)]
    windows(scene, np.array(panes, np.float32), depth, 2)


def bridge(scene: Scene, deck: float, foot: float) -> None:
    """Span the scene with a stone bridge on three arches."""
    canvas = scene.canvas
    hump = 0.05 * (1 - ((canvas.u - 0.5) / 0.62) ** 2)
    top = (deck - hump).astype(np.float32)
    rows = canvas.span(float(top.min()) - 0.02, foot)
    mask = canvas.under(top, rows) * canvas.soft(foot - canvas.v[rows])
    for middle, wide in ((0.5, 0.155), (0.13, 0.135), (0.87, 0.135)):
        x = middle + 0.04 * scene.at.bend
        crown = foot - float(np.interp(x, canvas.u, top)) - 0.035
        round_ = np.sqrt(((canvas.u - x) / wide) ** 2 + ((canvas.v[rows] - foot) / crown) ** 2)
        mask = mask * canvas.soft((round_ - 1) * min(wide, crown))
    stone = scene.light.on(mixed(STONE, rgb(0.80, 0.62, 0.48), 0.4) * 0.88, 0.12)
    canvas.lay(mask, canvas.cut(canvas.graded(deck - 0.06, foot, stone * 1.08, stone * 0.72), rows), rows)
    rail = canvas.span(float(top.min()) - 0.02, deck + 0.02)
    parapet = canvas.under(top - 0.012, rail) - canvas.under(top + 0.004, rail)
    canvas.lay(np.clip(parapet, 0, 1), mixed(stone * 1.2, scene.light.on(SNOW, 0.2), scene.white), rail)
    if scene.light.lamps > 0.4:
        for x in (0.2, 0.4, 0.6, 0.8):
            canvas.glow((x, float(np.interp(x, canvas.u, top)) - 0.04), (0.03, 0.03), LAMP, 0.9 * scene.light.lamps)
