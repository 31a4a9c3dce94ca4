"""Boats, grass, flowers, roads and what stands along them."""

import numpy as np

from styles.scenery.canvas import Array, mixed, rgb, spread
from styles.scenery.scene import SNOW, Scene
from styles.scenery.trees import BARK

SAILS = (rgb(0.98, 0.95, 0.88), rgb(0.88, 0.42, 0.28), rgb(0.96, 0.86, 0.66))
HULLS = (rgb(0.52, 0.24, 0.18), rgb(0.18, 0.30, 0.42), rgb(0.30, 0.20, 0.16))
PETALS = (
    rgb(0.92, 0.25, 0.27),
    rgb(0.98, 0.80, 0.25),
    rgb(0.95, 0.94, 0.95),
    rgb(0.70, 0.42, 0.80),
    rgb(0.97, 0.55, 0.66),
)


def boats(scene: Scene) -> None:
    """Set three sails on the water, the largest last."""
    gap, near = 0.22 + 0.05 * scene.at.fleet, 1 - scene.horizon
    for i, (place, depth, size) in enumerate(((1.0, 0.10, 0.075), (-1.15, 0.22, 0.11), (0.1, 0.44, 0.19))):
        x = 0.5 + place * gap + (0.26 + 0.1 * i) * scene.at.boat
        boat(scene, (x, scene.horizon + near * depth), size * (1 + 0.15 * scene.at.fleet), i, 0.45 - 0.2 * i)


def boat(scene: Scene, at: tuple[float, float], size: float, kind: int, depth: float) -> None:
    """Draw a boat under sail, and first its image in the water."""
    for flip, alpha in ((-0.8, 0.34), (1.0, 1.0)):
        _hull_and_sails(scene, at, (size, size * flip), kind, depth, alpha)
    if scene.light.lamps > 0.6:
        scene.canvas.glow(
            (at[0] + 0.2 * size, at[1] - 0.12 * size), (0.16 * size, 0.13 * size), rgb(1.0, 0.8, 0.42), 0.85
        )


def _hull_and_sails(
    scene: Scene, at: tuple[float, float], size: tuple[float, float], kind: int, depth: float, alpha: float
) -> None:
    (x, y), (wide, high), canvas = at, size, scene.canvas

    def placed(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x + a * wide, y - b * high) for a, b in points]

    mast = placed((0.005, 0.12), (0.005, 1.32))
    sail, hull = SAILS[kind % len(SAILS)], HULLS[kind % len(HULLS)]
    bright = mixed(scene.light.on(sail, depth), scene.light.sun, 0.12)
    canvas.polygon(placed((0.03, 0.20), (0.03, 1.25), (0.46, 0.24)), bright, alpha)
    canvas.polygon(placed((-0.02, 0.22), (-0.02, 1.1), (-0.38, 0.26)), scene.light.on(sail * 0.78, depth), alpha)
    canvas.line(mast[0], mast[1], 0.025 * wide, scene.light.on(BARK, depth), alpha)
    body = scene.light.on(hull, depth * 0.7)
    canvas.polygon(placed((-0.5, 0.17), (0.56, 0.19), (0.4, 0.0), (-0.36, 0.0)), body, alpha)
    canvas.polygon(
        placed((-0.5, 0.17), (0.56, 0.19), (0.54, 0.145), (-0.48, 0.125)),
        scene.light.on(rgb(0.93, 0.88, 0.80), depth),
        alpha,
    )


def moored(scene: Scene) -> None:
    """Set posts and a jetty in front of a harbour."""
    canvas, reach = scene.canvas, 0.52 + 0.22 * scene.at.bend
    wood = scene.light.on(mixed(BARK, rgb(0.55, 0.42, 0.32), 0.4))
    for part in (0.05, 0.35, 0.65, 0.95):
        post = reach * part
        canvas.line((post, 0.80 + 0.015 * (1 - part)), (post, 0.99 - 0.04 * part), 0.018 - 0.005 * part, wood * 0.7)
    deck = [(-0.06, 0.87), (reach, 0.845), (reach + 0.02, 0.868), (-0.06, 0.925)]
    canvas.polygon(deck, mixed(wood, scene.light.on(SNOW), 0.7 * scene.white))


def grass(scene: Scene, body: Array, foot: float = 0.97) -> None:
    """Paint blades along the lower edge, dark ones last."""
    u = scene.canvas.u
    for layer, (high, count, shade) in enumerate(((0.07, 34, 0.85), (0.10, 23, 0.62))):
        cell = (u + 0.03 * scene.at.tree * (1 - 2 * layer)) * count + 0.37 * layer
        tip = np.abs(((cell + 0.12 * np.sin(9 * u)) % 1) * 2 - 1)
        size = 0.55 + 0.45 * np.sin(2.6 * np.floor(cell + 0.12 * np.sin(9 * u)) + layer)
        crest = (foot + 0.03 * layer - high * (1 - tip) ** 1.5 * size).astype(np.float32)
        scene.canvas.below(crest, scene.light.on(body * shade))


def flowers(scene: Scene, top: float, count: int = 90) -> None:
    """Strew flowers over the ground from ``top`` down, larger in front, in drifts of one colour."""
    across, down = spread(count, 0.29)
    near = down**1.4
    x, y = (across + 0.06 * scene.at.haze + 0.05 * scene.at.tree) % 1.1 - 0.05, top + (0.985 - top) * near
    drift = (np.sin(7 * across + 9 * down) + 1) / 2
    wanted = _wanted(scene)
    for i, petal in enumerate(wanted):
        kind = np.floor(drift * len(wanted) * 0.999).astype(int) == i if len(wanted) > 1 else np.ones(count, bool)
        for first, last in ((0.0, 0.35), (0.35, 1.01)):
            mine = kind & (near >= first) & (near < last)
            if mine.any():
                size = 0.005 + 0.013 * near[mine]
                scene.canvas.dots(x[mine], y[mine], size, scene.light.on(petal * 1.05, 0.12 * (1 - first)))
    big = near > 0.35
    scene.canvas.dots(x[big], y[big] - 0.002, 0.0045, scene.light.on(rgb(0.98, 0.82, 0.35)), 0.9)


def _wanted(scene: Scene) -> tuple[Array, ...]:
    for word, petals in (("red", PETALS[:1]), ("pink", PETALS[4:]), ("golden", PETALS[1:2])):
        if scene.has(word):
            return petals
    return (rgb(0.45, 0.50, 0.90), PETALS[2]) if scene.has("blue") else PETALS


def road(scene: Scene, top: float) -> None:
    """Lay a road that winds from our feet to the horizon."""
    canvas = scene.canvas
    rows = canvas.span(top, 1.0)
    near = np.clip((canvas.v[rows] - top) / (1 - top), 0, 1)
    half = 0.006 + 0.17 * near**1.6
    middle = (
        scene.focus + (0.5 - scene.focus) * near + 0.13 * (1 - near) * np.sin(6 * np.sqrt(near) + 1.6 * scene.at.bend)
    )
    inside, ends = half - np.abs(canvas.u - middle), canvas.soft(canvas.v[rows] - top)
    body = mixed(rgb(0.80, 0.68, 0.52), SNOW, 0.6 * scene.white)
    if scene.has("city"):
        body = rgb(0.42, 0.42, 0.46)
    canvas.lay(canvas.soft(inside + 0.012 * near) * ends, scene.light.on(body * 0.68, 0.1), rows)
    canvas.lay(
        canvas.soft(inside) * ends,
        canvas.cut(canvas.graded(top, 1.0, scene.light.on(body, 0.5), scene.light.on(body)), rows),
        rows,
    )
    tracks = canvas.soft(0.035 * near - np.abs(np.abs(canvas.u - middle) - 0.45 * half)) * ends
    canvas.lay(tracks * 0.35, scene.light.on(body * 0.75, 0.1), rows)


def hedges(scene: Scene) -> None:
    """Set clipped bushes along both sides of a garden's path, larger towards us."""
    canvas, top = scene.canvas, scene.horizon + 0.10
    for near in (0.06, 0.22, 0.46, 0.80):
        y, apart = top + (0.97 - top) * near, 0.10 + 0.34 * near
        size = 0.030 + 0.062 * near * (1 + 0.15 * scene.at.crown)
        for side in (-1, 1):
            x = 0.5 + side * apart + 0.04 * scene.at.bend * (1 - near)
            body, depth = mixed(rgb(0.22, 0.44, 0.24), scene.leaves(), 0.6), 0.35 * (1 - near)
            canvas.disc((x, y), (size * 1.1, size * 0.3), scene.light.on(body * 0.4, depth), 0.5)
            canvas.disc((x, y - size), (size, size * 1.1), scene.light.on(body * 0.7, depth))
            light = x - 0.22 * size * scene.lit_from() * -1
            canvas.disc((light, y - 1.2 * size), (0.72 * size, 0.8 * size), scene.light.on(body, depth), 0.85)
            canvas.disc((light, y - 1.45 * size), (0.4 * size, 0.42 * size), scene.light.on(body * 1.25, depth), 0.6)


def lamps(scene: Scene) -> None:
    """Set street lamps along both sides of a place."""
    canvas, iron = scene.canvas, scene.light.on(rgb(0.18, 0.19, 0.24))
    for near in (0.12, 0.34, 0.75):
        foot, high = scene.horizon + 0.03 + 0.36 * near, 0.10 + 0.30 * near
        for side in (-1, 1):
            x = 0.5 + side * (0.17 + 0.30 * near) + 0.02 * scene.at.bend
            canvas.line((x, foot), (x, foot - high), 0.006 + 0.007 * near, iron)
            head = (x, foot - high)
            canvas.disc(
                head, (0.010 + 0.012 * near, 0.012 + 0.014 * near), mixed(iron, rgb(1.0, 0.9, 0.6), scene.light.lamps)
            )
            if scene.light.lamps > 0.2:
                canvas.glow(
                    head, (0.05 + 0.06 * near, 0.05 + 0.06 * near), rgb(1.0, 0.80, 0.45), 0.75 * scene.light.lamps
                )
                canvas.glow((x, foot + 0.02), (0.05 + 0.06 * near, 0.02), rgb(1.0, 0.80, 0.45), 0.3 * scene.light.lamps)
