"""The sky: its gradient, what shines in it, clouds and birds."""

import itertools

import numpy as np

from styles.scenery.canvas import Array, mixed, rgb, spread, unit
from styles.scenery.scene import Scene

STARS, BRIGHT_STARS = 70, 14
PUFFS = ((-1.65, 0.42), (-1.05, 0.66), (-0.35, 0.98), (0.2, 0.72), (0.55, 0.90), (1.15, 0.62), (1.7, 0.38))
"""Of a heaped cloud: where its bells stand across, and how large they are. All stand on one foot."""


def sky(scene: Scene) -> None:
    """Fill the canvas with air, from the top to the horizon and on below it."""
    canvas, stops = scene.canvas, scene.light.sky
    height = np.clip(canvas.v / scene.horizon, 0, 1)
    places = np.linspace(0, 1, len(stops))
    planes = np.stack([np.interp(height, places, [stop[plane, 0, 0] for stop in stops]) for plane in range(3)])
    canvas.picture[:] = planes.astype(np.float32)
    _shine(scene)
    if scene.has("stars"):
        _stars(scene)
    if scene.has("moon"):
        _moon(scene)
    if scene.has("sun"):
        _sun(scene)


def _shine(scene: Scene) -> None:
    """Brighten the air around where the sun is, even when it is not to be seen."""
    strength = {"dawn": 0.5, "day": 0.16, "sunset": 0.6, "night": 0.1}[scene.time]
    strength *= {"clear": 1.0, "misty": 0.9, "cloudy": 0.6}.get(scene.weather, 0.25) + 0.25 * scene.has("sun")
    x, y = scene.sun
    scene.canvas.glow((x, y), (0.55, 0.26), scene.light.sun, min(0.7, strength))
    if scene.has("sun"):
        scene.canvas.glow((x, y), (0.2, 0.17), scene.light.sun, 0.42)


def _sun(scene: Scene) -> None:
    low = scene.time in {"dawn", "sunset"}
    size = 0.062 if low else 0.05
    colour = rgb(1.0, 0.97, 0.86) if not low else rgb(1.0, 0.98, 0.86) if scene.time == "dawn" else rgb(1.0, 0.95, 0.70)
    if scene.has("red"):
        colour = rgb(1.0, 0.55, 0.30)
    scene.canvas.glow(scene.sun, (size * 1.9, size * 1.9), mixed(colour, scene.light.sun, 0.5), 0.5)
    scene.canvas.disc(scene.sun, (size, size), colour)


def _moon(scene: Scene) -> None:
    (x, y), size = scene.sun, 0.056
    scene.canvas.glow((x, y), (0.2, 0.2), rgb(0.62, 0.72, 0.86), 0.42)
    scene.canvas.glow((x, y), (0.1, 0.1), rgb(0.86, 0.90, 0.92), 0.5)
    scene.canvas.disc((x, y), (size, size), rgb(0.98, 0.96, 0.86))
    for right, down, part in ((-0.3, -0.2, 0.32), (0.25, 0.2, 0.26), (-0.1, 0.45, 0.18)):
        scene.canvas.disc((x + right * size, y + down * size), (part * size, part * size), rgb(0.84, 0.83, 0.78), 0.55)


def _stars(scene: Scene) -> None:
    canvas, alpha = scene.canvas, 0.85 if scene.time == "night" else 0.5
    across, down = spread(STARS)
    across = (across + 0.1 * scene.at.drift) % 1.2 - 0.1
    canvas.dots(across, down * scene.horizon, 0.0032, rgb(0.86, 0.90, 1.0), alpha)
    canvas.dots(across[:BRIGHT_STARS], down[:BRIGHT_STARS] * scene.horizon * 0.9, 0.0062, rgb(1.0, 0.97, 0.88), alpha)


def clouds(scene: Scene) -> None:
    """Lay the clouds of the weather before the sky."""
    if scene.weather == "storm":
        _heaps(scene, count=7, size=0.15, top=0.02, bottom=0.30, alpha=0.95)
        _lightning(scene)
    elif scene.weather in {"rain", "snow"}:
        _heaps(scene, count=6, size=0.14, top=0.0, bottom=0.2, alpha=0.6)
    elif scene.weather == "cloudy":
        _heaps(scene, count=6, size=0.10, top=0.08, bottom=0.40, alpha=0.92)
    elif scene.weather == "clear":
        _wisps(scene)


def _wisps(scene: Scene) -> None:
    """Lay a few long clouds of fair weather, lit from where the sun stands."""
    across, down = spread(6, 0.31)
    x = (across + 0.3 * scene.at.drift) % 1.5 - 0.25
    y = scene.horizon * (0.22 + 0.68 * down - 0.06 * scene.at.clouds)
    wide, high = 0.13 + 0.1 * down[::-1], 0.008 + 0.007 * across
    field = scene.canvas.field(x, y, wide[:, None], high[:, None])
    colour = mixed(scene.light.sky[3], scene.light.sun, 0.6 if scene.time != "night" else 0.1)
    scene.canvas.lay(np.minimum(field, 1) * (0.5 if scene.time != "night" else 0.35), colour)


def _heaps(scene: Scene, count: int, size: float, top: float, bottom: float, alpha: float) -> None:
    """Lay heaped clouds: bells that flow together over a flat foot, light above and dark beneath."""
    across, down = spread(count, 0.17)
    x = (across + 0.22 * scene.at.drift) % 1.7 - 0.35
    foot = (top + (bottom - top) * down - 0.03 * scene.at.clouds + 0.4 * size)[:, None]
    scale = (size * (0.6 + 0.6 * down[::-1]) * (1 + 0.2 * scene.at.clouds))[:, None]
    right, part = (np.array(values, np.float32) for values in zip(*PUFFS, strict=True))
    wide, high = (scale * part * 0.62).reshape(-1, 1), (scale * part * 0.50).reshape(-1, 1)
    xs, ys = (x[:, None] + scale * right).ravel(), (foot - 0.34 * scale * part).ravel()
    feet = (foot + 0 * part).reshape(-1, 1)
    body = scene.canvas.field(xs, ys, wide, high, foot=feet)
    above = scene.canvas.field(xs + 0.1 * size * scene.lit_from(), ys + 0.30 * size, wide, high)  # what keeps light off
    mask = unit((body - 0.40) * 4.5)
    scene.canvas.lay(mask * alpha, mixed(_cloud_light(scene), _cloud_shade(scene), unit(above * 0.62 - 0.08)))


def _cloud_light(scene: Scene) -> Array:
    lit = mixed(scene.light.sky[2], scene.light.sun, 0.55)
    return {"storm": mixed(scene.light.sky[1], scene.light.sky[3], 0.35), "cloudy": mixed(lit, rgb(1, 1, 1), 0.35)}.get(
        scene.weather, mixed(scene.light.sky[2], scene.light.sky[3], 0.6)
    ) * (0.55 if scene.time == "night" else 1.0)


def _cloud_shade(scene: Scene) -> Array:
    dark = {"storm": 0.62, "cloudy": 0.92, "rain": 0.86}.get(scene.weather, 0.94)
    return mixed(scene.light.sky[0], scene.light.sky[1], 0.5) * dark


def _lightning(scene: Scene) -> None:
    x, points = 0.5 + 0.33 * scene.at.drift, []
    for step in range(7):
        y = 0.16 + step * (scene.horizon - 0.16) / 6
        points.append((x + 0.03 * float(np.cos(2.3 * step)) + 0.012 * step, y))
    scene.canvas.glow((x, 0.25), (0.16, 0.24), rgb(0.86, 0.86, 1.0), 0.4)
    for start, end in itertools.pairwise(points):
        scene.canvas.line(start, end, 0.008, rgb(1.0, 0.98, 0.90))
    scene.canvas.line(points[2], (points[2][0] + 0.07, points[3][1] + 0.03), 0.004, rgb(1.0, 0.98, 0.90), 0.8)


def birds(scene: Scene) -> None:
    """Draw a small flock against the sky."""
    pale = scene.time == "night" or scene.weather == "storm"
    colour = rgb(0.90, 0.92, 0.95) * (0.8 if pale else 1) if pale else rgb(0.13, 0.14, 0.20)
    across, down = spread(7, 0.4)
    for x, y, wing in zip(across, down, 0.021 + 0.014 * down[::-1], strict=True):
        place = 0.5 + (float(x) - 0.5) * (0.5 + 0.12 * scene.at.fleet) - 0.2 * scene.at.boat
        height = 0.15 + 0.22 * float(y) + 0.03 * scene.at.fleet
        size = float(wing) * (1 + 0.25 * scene.at.fleet)
        for sign in (-1, 1):
            middle = (place + sign * 0.5 * size, height - 0.42 * size)
            scene.canvas.line((place, height), middle, 0.0055, colour)
            scene.canvas.line(middle, (place + sign * size, height - 0.22 * size), 0.004, colour)
