"""Land from far to near: mountains, hills, dunes, woods."""

import numpy as np

from styles.scenery.canvas import Array, mixed, rgb, saw, spread, unit
from styles.scenery.scene import SNOW, Scene

ROCK, WARM_ROCK, SAND = rgb(0.40, 0.43, 0.52), rgb(0.74, 0.42, 0.28), rgb(0.93, 0.72, 0.46)


def rolling(u: Array, phase: float, waves: float, high: float) -> Array:
    """Return the height of gentle hills above their foot: two sines, in [0, ``high``]."""
    turn = 2 * np.pi
    slow, quick = np.sin(turn * (waves * u + phase)), np.sin(turn * (2.3 * waves * u + 1.7 * phase + 0.3))
    hills: Array = (high * (0.5 + 0.36 * slow + 0.14 * quick)).astype(np.float32)
    return hills


def distance(scene: Scene) -> None:
    """Paint what stands at the end of the world, behind all else."""
    if scene.has("desert"):
        _mesas(scene)
    if scene.has("mountain"):
        mountains(scene)
    elif not scene.has("sea", "island", "harbour", "desert", "city") or scene.has("hill", "lake"):
        _low_ridges(scene)
    mist(scene, scene.horizon - 0.01, 0.05, 0.35)


def mist(scene: Scene, height: float, thick: float, strength: float) -> None:
    """Lay a bank of mist at ``height``: always a little, in misty weather much of it."""
    strength *= 2.3 if scene.weather == "misty" else 0.9 if scene.time == "dawn" else 0.45
    lobes = 0.75 + 0.25 * np.sin(2 * np.pi * (1.3 * scene.canvas.u + 0.4 * scene.at.drift + 5 * height))
    rows = scene.canvas.span(height - 2.4 * thick, height + 2.4 * thick)
    bank = np.exp(-(((scene.canvas.v[rows] - height) / thick) ** 2)) * lobes.astype(np.float32)
    scene.canvas.lay(np.minimum(bank * strength, 0.93), scene.light.haze, rows)


def _low_ridges(scene: Scene) -> None:
    rise = 1 + 0.35 * scene.at.relief
    body = mixed(scene.leaves(), ROCK, 0.4)
    for depth, high, phase in ((1.0, 0.15, 0.2), (0.7, 0.10, 0.65)):
        crest = scene.horizon - rolling(scene.canvas.u, phase + 0.22 * scene.at.far, 1.1 + 0.5 * depth, high * rise)
        top = float(crest.min())
        colour = scene.canvas.graded(top, scene.horizon, scene.light.on(body, depth * 0.75), scene.light.on(body, 1.0))
        scene.canvas.below(crest, colour, bottom=scene.horizon + 0.04)


def _mesas(scene: Scene) -> None:
    """Raise table mountains in layers of red stone, with a side in shade."""
    canvas, across, way = scene.canvas, scene.canvas.u, -0.03 * scene.lit_from()
    for depth, high, phase in ((0.9, 0.17, 0.13), (0.5, 0.12, 0.55)):
        raw = np.sin(2 * np.pi * (1.5 * across + phase + 0.15 * scene.at.far)) + 0.4 * np.sin(17 * across + 9 * phase)
        table = unit(raw * 2.6 - 1.1) + 0.2 * unit(raw * 3 + 1.6)
        crest = (scene.horizon + 0.02 - high * (1 + 0.3 * scene.at.relief) * table).astype(np.float32)
        rows = canvas.span(float(crest.min()), 0.7)
        strata = 0.5 + 0.5 * np.sin(
            (canvas.v[rows] - scene.horizon) * 2 * np.pi * 21 + 1.5 * np.sin(7 * canvas.v[rows])
        )
        stone = mixed(scene.light.on(WARM_ROCK, depth), scene.light.on(WARM_ROCK * 0.72, depth), 0.55 * strata)
        inside = canvas.under(crest, rows)
        canvas.lay(inside, stone, rows)
        turned = canvas.under(np.interp(across + way, across, crest).astype(np.float32), rows)
        canvas.lay(np.maximum(inside - turned, 0) * 0.75, scene.light.on(rgb(0.45, 0.22, 0.26), depth), rows)


def mountains(scene: Scene) -> None:
    """Paint two chains of peaks, each with a lit and a shaded side, and snow where it is high or winter."""
    shift, rise = 0.16 * scene.at.far, 1 + 0.22 * scene.at.relief
    far = [(0.08, 0.23), (0.36, 0.30), (0.62, 0.24), (0.9, 0.31), (-0.2, 0.27), (1.16, 0.25)]
    near = [(-0.06, 0.24), (0.27, 0.17), (0.52, 0.10), (0.80, 0.20), (1.10, 0.27)]
    main = (0.5 - 0.2 * scene.at.focus + 0.12 * scene.at.near, 0.385)
    _chain(scene, [(x + shift, high * rise) for x, high in far], 0.95, 0.16)
    mist(scene, scene.horizon - 0.09, 0.05, 0.4)
    _chain(scene, [*((x - shift, high * rise) for x, high in near), (main[0], main[1] * rise)], 0.38, 0.20)


def _chain(scene: Scene, peaks: list[tuple[float, float]], depth: float, cap: float) -> None:
    """Paint peaks (where, how high): each column belongs to the one that is highest there."""
    canvas, tops = scene.canvas, np.array(peaks, np.float32)
    away = np.abs(canvas.u - tops[:, :1])
    heights = tops[:, 1:] - away * (0.62 + 1.1 * tops[:, 1:])
    owner = heights.argmax(axis=0)
    jags = 0.009 * saw(17 * (canvas.u - tops[owner, 0])) + 0.005 * saw(41 * (canvas.u - tops[owner, 0]))
    crest = (
        scene.horizon - heights.max(axis=0) - jags * np.minimum(1, 12 * away[owner, np.arange(canvas.side)])
    ).astype(np.float32)
    foot = scene.horizon + 0.05
    rows = canvas.span(float(crest.min()), foot)
    inside = canvas.under(crest, rows) * canvas.soft(foot - canvas.v[rows])
    drop = canvas.v[rows] - (scene.horizon - tops[owner, 1])  # how far below its peak a pixel is
    right = canvas.u - tops[owner, 0] - 0.035 * saw(drop * 7) * np.minimum(1, 9 * drop) + 0.12 * drop * scene.lit_from()
    lit = np.clip(0.5 + right * scene.lit_from() * 30, 0, 1)
    lower = np.clip((canvas.v[rows] - float(crest.min())) / (scene.horizon - float(crest.min())), 0, 1)
    stone = mixed(ROCK, WARM_ROCK, 0.75 if scene.has("desert") else 0.12)
    stone = mixed(stone, scene.leaves(), 0.35)
    bright, shade = scene.light.on(stone * 1.2, depth * 0.8), scene.light.on(stone * 0.66, depth * 0.8)
    snow = np.clip(
        (cap * (0.5 + scene.white) + 0.028 * saw(canvas.u * 13) + 0.016 * saw(canvas.u * 31 + drop * 3) - drop) * 60,
        0,
        1,
    )
    snow *= 0.0 if scene.has("desert") else 1.0
    white_lit = mixed(scene.light.on(SNOW, depth * 0.5), scene.light.sun * scene.light.tint.max(), 0.3)
    white_shade = scene.light.on(rgb(0.62, 0.70, 0.86), depth * 0.6)
    colour = mixed(mixed(shade, bright, lit), mixed(white_shade, white_lit, lit), snow)
    canvas.lay(inside, mixed(colour, scene.light.haze, 0.75 * lower**2), rows)


def hills(scene: Scene, top: float, bottom: float, layers: int) -> None:
    """Paint rolling hills, from ``top`` at the back to ``bottom`` in front."""
    for layer in range(layers):
        part = layer / max(1, layers - 1)
        foot = top + (bottom - top) * part
        high = (0.10 + 0.05 * part) * (1 + 0.4 * scene.at.relief)
        phase = 0.37 * layer + 0.2 * scene.at.near * (1 if layer % 2 else -1)
        crest = foot - rolling(scene.canvas.u, phase, 0.8 - 0.2 * part, high) + 0.03
        body = mixed(mixed(scene.grass(), scene.leaves(), 0.45 if layer % 2 else 0.05), SNOW, 0.75 * scene.white)
        crown = scene.light.on(mixed(body, rgb(1, 0.97, 0.75), 0.22), 0.6 * (1 - part))
        peak = float(crest.min())
        base = scene.light.on(mixed(body * 0.80, body * rgb(0.72, 0.80, 0.95), scene.white), 0.62 * (1 - part))
        scene.canvas.below(crest, scene.canvas.graded(peak, peak + 0.22, crown, base))
        _hedges(scene, crest, 0.6 * (1 - part), layer)


def _hedges(scene: Scene, crest: Array, depth: float, layer: int) -> None:
    """Set bushes along a hill, so that its size can be read."""
    across, down = spread(16, 0.19 * layer)
    x = (across + 0.1 * scene.at.tree) % 1.2 - 0.1
    y = np.interp(x, scene.canvas.u, crest).astype(np.float32) + 0.012 + 0.07 * down
    scene.canvas.dots(x, y, 0.007 * (1.5 - depth), scene.light.on(scene.leaves() * 0.8, depth), 0.9)


def dunes(scene: Scene) -> None:
    """Paint waves of sand, each with a sharp crest between its lit and its shaded side."""
    canvas, rise = scene.canvas, 1 + 0.3 * scene.at.relief
    layers = ((0.035, 0.07, 0.55), (0.14, 0.11, 0.3), (0.27, 0.15, 0.1), (0.42, 0.14, 0.0))
    for layer, (foot, high, depth) in enumerate(layers):
        place = (0.9 - 0.1 * layer) * canvas.u + 0.41 * layer + 0.2 * scene.at.near * (1 if layer % 2 else -1)
        crest = (scene.horizon + foot - high * rise * (1 - np.abs(np.sin(np.pi * place)))).astype(np.float32)
        lit = scene.light.on(SAND * 1.05, depth)
        dark = scene.light.on(mixed(SAND, rgb(0.52, 0.25, 0.27), 0.66), depth)
        peak = float(crest.min())
        rows = canvas.span(peak, 1.0)
        drop = canvas.v[rows] - peak
        behind = (place - 0.9 * drop - 0.05 * np.sin(22 * drop)) % 1  # how far past a crest that winds towards us
        shade = unit(1 - 2.1 * behind) * unit(behind * 40) * unit(1.25 - drop / (0.16 + 0.05 * layer))
        colour = mixed(mixed(lit, mixed(lit, dark, 0.4), unit(drop * 4)), dark, 0.85 * shade)
        canvas.lay(canvas.under(crest, rows), colour, rows)


def woods(scene: Scene, foot: float, high: float, depth: float, phase: float) -> None:
    """Paint a line of trees at ``foot``: firs, or round crowns where leaves turn or bloom."""
    u, x = scene.canvas.u, scene.canvas.u + 0.07 * scene.at.tree + phase
    broad = scene.season in {"spring", "autumn", "summer"} and not scene.has("mountain", "snow")
    step = high * (0.66 if broad else 0.30)
    cell = x / step
    size = 0.68 + 0.32 * np.sin(2.4 * np.floor(cell) + 9 * phase)  # each tree's own height
    tip = np.abs((cell % 1) * 2 - 1)
    shape = np.sqrt(unit(1 - tip**2)) * 0.62 + 0.25 if broad else unit(1 - tip * (0.9 + 0.15 * np.cos(tip * 22)))
    ground = 0.12 * high * np.sin(2 * np.pi * (1.2 * u + phase))
    crest = (foot - ground - high * shape * size - 0.2 * high).astype(np.float32)
    body = scene.leaves()
    if scene.season in {"autumn", "spring"} and broad:  # trees of many colours
        other = rgb(0.96, 0.70, 0.20) if scene.season == "autumn" else rgb(0.70, 0.78, 0.42)
        body = mixed(body, other, (0.5 + 0.5 * np.sin(4.1 * np.floor(cell) + 11 * phase)).astype(np.float32))
    top = float(crest.min())
    crown, base = scene.light.on(body * 1.12, depth), scene.light.on(scene.leaves() * 0.62, depth)
    scene.canvas.below(crest, scene.canvas.graded(top, foot, crown, base))
    if scene.white:
        snow = crest + 0.25 * high * np.clip(1 - tip * 1.6, 0, 1).astype(np.float32) * scene.white
        rows = scene.canvas.span(top, foot)
        mask = scene.canvas.under(crest, rows) - scene.canvas.under(np.maximum(snow, crest), rows)
        scene.canvas.lay(np.clip(mask, 0, 1) * 0.8, scene.light.on(SNOW, depth), rows)
