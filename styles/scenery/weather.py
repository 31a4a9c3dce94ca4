"""What falls through the air, and the mood that lies over all."""

from collections.abc import Mapping

import numpy as np

from styles.scenery.canvas import Array, mixed, rgb, spread
from styles.scenery.scene import Scene

MOODS: Mapping[str, tuple[Array, Array, Array, float]] = {
    "golden": (rgb(0.20, 0.11, 0.04), rgb(0.88, 0.60, 0.22), rgb(1.0, 0.95, 0.74), 0.50),
    "blue": (rgb(0.02, 0.06, 0.20), rgb(0.18, 0.42, 0.74), rgb(0.88, 0.96, 1.0), 0.58),
    "red": (rgb(0.14, 0.02, 0.05), rgb(0.82, 0.22, 0.15), rgb(1.0, 0.86, 0.66), 0.55),
    "pink": (rgb(0.25, 0.09, 0.24), rgb(0.90, 0.52, 0.64), rgb(1.0, 0.93, 0.92), 0.50),
}
"""Each its shadows, its middle tones, its lights, and how far it goes."""
GREY = np.array((0.299, 0.587, 0.114), np.float32)


def falling(scene: Scene) -> None:
    if scene.weather in {"rain", "storm"}:
        _rain(scene)
    elif scene.weather == "snow":
        _snowflakes(scene)


def _rain(scene: Scene) -> None:
    """Draw slanting streaks: a fixed pattern that drifts."""
    canvas = scene.canvas
    starts = spread(64, 0.2)[0]
    slant = 0.30 if scene.weather == "storm" else 0.16
    colour = mixed(scene.light.haze, rgb(1, 1, 1), 0.45 if scene.time != "night" else 0.2)
    for cells, speed, long, alpha in ((34, 2.6, 0.30, 0.34), (17, 1.5, 0.34, 0.42)):
        across = (canvas.u + slant * canvas.v + 0.5 + 0.06 * scene.at.drift) * cells
        cell = np.floor(across)
        fall = (canvas.v * speed + starts[cell.astype(np.int64) % 64] * 7 + 0.25 * scene.at.clouds) % 1
        thin = np.clip((0.0035 * cells - np.abs(across - cell - 0.5)) * (canvas.side / cells) + 0.5, 0, 1)
        fade = np.clip(fall / long, 0, 1) * np.clip((long * 1.25 - fall) * 12, 0, 1)
        canvas.lay(thin * fade * alpha, colour)


def _snowflakes(scene: Scene) -> None:
    across, down = spread(110, 0.41)
    x, y = (across + 0.10 * scene.at.drift) % 1.1 - 0.05, (down + 0.08 * scene.at.clouds) % 1.1 - 0.05
    colour = rgb(1, 1, 1) if scene.time != "night" else rgb(0.80, 0.86, 0.98)
    for first, last, size in ((0, 64, 0.0036), (64, 96, 0.006), (96, 110, 0.0095)):
        scene.canvas.dots(x[first:last], y[first:last], size, colour, 0.85)


def toned(scene: Scene) -> Array:
    """Return the picture as its moods and its light want it, in [0, 1]: 3 x side x side."""
    picture = scene.canvas.picture
    for word, (dark, middle, light, much) in MOODS.items():
        if scene.has(word):
            grey = np.tensordot(GREY, picture, axes=1)
            rest = 1 - grey
            picture = mixed(
                picture, dark * rest**2 + 2 * _control(dark, middle, light) * (rest * grey) + light * grey**2, much
            )
    picture = picture * _balance(scene)
    power = (
        1.0
        + 0.36 * scene.has("dark") * (0.5 if scene.time == "night" else 1.0)
        - 0.28 * scene.has("bright")
        - 0.10 * scene.at.exposure
    )
    if abs(power - 1) > 1e-3:
        picture = np.maximum(picture, 1e-4) ** np.float32(power)
    if scene.has("dark"):
        picture *= 0.88
    if scene.has("calm"):
        picture = mixed(picture, scene.light.haze, 0.10)
    corner = (scene.canvas.v - 0.5) ** 2 + (scene.canvas.u - 0.5) ** 2
    return np.clip(picture * (1 - 0.22 * corner), 0, 1)


def _control(dark: Array, middle: Array, light: Array) -> Array:
    """Return the handle of the quadratic curve that passes ``middle`` halfway."""
    return 2 * middle - 0.5 * (dark + light)


def _balance(scene: Scene) -> Array:
    """Return how much of each primary the light holds."""
    warm = 0.05 * scene.at.warmth + 0.11 * scene.has("warm") - 0.12 * scene.has("cold")
    return rgb(1 + warm, 1 + 0.02 * scene.at.tint + 0.15 * warm, 1 - warm)
