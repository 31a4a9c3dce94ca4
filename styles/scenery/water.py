"""Open water and rivers: what stands behind it is seen in it, broken by waves."""

import numpy as np

from styles.scenery.canvas import Array, mixed, rgb, saw
from styles.scenery.scene import SNOW, Scene

STEEP = 0.92  # a reflection is a little lower than what it reflects


def open_water(scene: Scene) -> None:
    """Lay water over all that is below the horizon."""
    rows = scene.canvas.span(scene.horizon, 1.0)
    mask = scene.canvas.soft(scene.canvas.v[rows] - scene.horizon)
    _lay(scene, rows, mask)
    if scene.has("sea", "island") and not scene.has("calm"):
        _swell(scene)


def river(scene: Scene) -> None:
    """Lay a river that winds towards us through the land."""
    canvas, top = scene.canvas, scene.horizon + 0.015
    rows = canvas.span(top, 1.0)
    near = np.clip((canvas.v[rows] - top) / (1 - top), 0, 1)
    half = 0.012 + 0.36 * near**1.7
    middle = (
        0.5 + 0.16 * scene.at.bend * (1 - near) + 0.15 * (1 - near) * np.sin(5.5 * np.sqrt(near) + 2 * scene.at.bend)
    )
    inside = half - np.abs(canvas.u - middle)
    ends = canvas.soft(canvas.v[rows] - top)
    bank = scene.light.on(mixed(scene.grass() * 0.55, rgb(0.60, 0.50, 0.36), 0.5), 0.2)
    canvas.lay(canvas.soft(inside + 0.004 + 0.02 * near) * ends, bank, rows)
    _lay(scene, rows, canvas.soft(inside) * ends)


def shade(scene: Scene) -> Array:
    """Return the colour of deep water, seen from above."""
    deep = {"sea": rgb(0.07, 0.33, 0.45), "lake": rgb(0.12, 0.34, 0.42)}
    colour = next((tone for word, tone in deep.items() if scene.has(word)), rgb(0.12, 0.36, 0.42))
    if scene.weather in {"storm", "rain"}:
        colour = mixed(colour, rgb(0.16, 0.24, 0.27), 0.6)
    return mixed(scene.light.on(colour), scene.light.sky[1] * 0.6, 0.35)


def _lay(scene: Scene, rows: slice, mask: Array) -> None:
    canvas, depth = scene.canvas, np.clip((scene.canvas.v[rows] - scene.horizon) / (1 - scene.horizon), 0, 1)
    rough = _rough(scene)
    mirror = _mirrored(scene, rows, depth, rough)
    ripples = _ripples(scene, depth, rough)
    deep = mixed(shade(scene), scene.light.haze, 0.5 * np.exp(-6 * depth) * min(1.0, scene.light.thick))
    clear = (0.80 - 0.35 * rough) * (1 - 0.35 * depth)
    colour = mixed(deep, mirror, clear) * (1 + 0.13 * ripples)
    canvas.lay(mask, colour, rows)
    _glitter(scene, rows, depth, ripples, mask)


def _rough(scene: Scene) -> float:
    if scene.has("calm"):
        return 0.05
    usual = {"storm": 1.0, "rain": 0.6, "misty": 0.2}.get(scene.weather, 0.35)
    return usual * (1.0 if scene.has("sea", "island") else 0.7) * (1 + 0.25 * scene.at.waves)


def _mirrored(scene: Scene, rows: slice, depth: Array, rough: float) -> Array:
    """Return what is above the horizon, upside down, shaken row by row and smeared along each."""
    picture, side = scene.canvas.picture, scene.canvas.side
    height = scene.canvas.v[rows, 0]
    wobble = 0.012 * rough * depth[:, 0] ** 0.5 * np.sin(2 * np.pi * (9 * np.log1p(5 * depth[:, 0]) + scene.at.waves))
    source = np.clip((scene.horizon - (height - scene.horizon) * STEEP + wobble) * side - 0.5, 0, side - 2)
    first = source.astype(np.int64)
    part = (source - first).astype(np.float32)[:, None]
    mirror = picture[:, first] * (1 - part) + picture[:, first + 1] * part
    shift = max(1, round(side * 0.012))
    smeared = mirror.copy()
    smeared[:, :, shift:-shift] = 0.5 * mirror[:, :, shift:-shift] + 0.25 * (
        mirror[:, :, : -2 * shift] + mirror[:, :, 2 * shift :]
    )
    return smeared


def _ripples(scene: Scene, depth: Array, rough: float) -> Array:
    """Return flat dashes of light and dark in [-1, 1], long and thin far away, broad in front."""
    lines = 5.5 * np.log1p(8 * depth)
    u, phase = scene.canvas.u, 1.5 * scene.at.waves
    wander = 1.6 * np.sin(10 * u + 2.5 * lines + phase) + 1.1 * np.sin(23 * u - 4 * lines + 2 * phase)
    return np.sin(2 * np.pi * lines + wander) * (np.minimum(1, 6 * depth) * (0.25 + 0.75 * min(1.0, 1.6 * rough)))


def _glitter(scene: Scene, rows: slice, depth: Array, ripples: Array, mask: Array) -> None:
    """Lay the path of light that the sun or the moon draws on the water."""
    seen = 1.0 if scene.has("sun") or scene.has("moon") else 0.35 if scene.time in {"dawn", "sunset"} else 0.0
    seen *= {"clear": 1.0, "cloudy": 0.7, "misty": 0.7}.get(scene.weather, 0.3)
    if not seen:
        return
    x, y = scene.sun
    wide = 0.045 + 0.09 * depth
    path = np.exp(-(((scene.canvas.u - x) / wide) ** 2)) * np.clip(0.35 + 1.3 * ripples, 0, 1)
    strength = (0.85 if y > 0.3 or scene.time == "night" else 0.4) * seen * (1 - 0.45 * depth)
    scene.canvas.lay(path * strength * mask, mixed(scene.light.sun, rgb(1, 1, 1), 0.25), rows)


def _swell(scene: Scene) -> None:
    """Roll waves with foam on them towards us."""
    canvas, stormy = scene.canvas, scene.weather == "storm"
    high = 0.012 * (3.0 if stormy else 1.0) * (1 + 0.4 * scene.at.waves)
    foam = mixed(scene.light.on(SNOW), scene.light.sky[3], 0.35)
    for layer, depth in enumerate((0.16, 0.34, 0.58, 0.86)):
        foot = scene.horizon + (1 - scene.horizon) * depth
        waves = 5.2 - 1.1 * layer
        phase = 0.31 * layer + 0.16 * scene.at.waves * (1 if layer % 2 else -1) + 0.05 * scene.at.bend
        roll = 0.5 * saw(waves * canvas.u + phase) + 0.5 * np.sin(2 * np.pi * (0.6 * waves * canvas.u - phase))
        crest = (foot - high * (0.5 + 1.3 * depth) * roll).astype(np.float32)
        tall = (0.05 + 0.10 * depth) * (1.3 if stormy else 0.8)
        rows = canvas.span(float(crest.min()), float(crest.max()) + tall)
        under = canvas.under(crest, rows)
        fade = np.clip(1 - (canvas.v[rows] - crest) / tall, 0, 1)
        canvas.lay(under * fade * (0.62 if stormy else 0.42), shade(scene) * (0.72 if stormy else 0.85), rows)
        thick = (0.004 + 0.012 * depth) * np.clip(roll * (1.5 if stormy else 1.0) + 0.15 * stormy, 0, 1)
        canvas.lay(under * canvas.soft(crest + thick - canvas.v[rows]) * 0.85, foam, rows)
