"""Trees that stand near enough to have a shape of their own."""

import itertools
import math

import numpy as np

from styles.scenery.canvas import mixed, rgb, spread, unit
from styles.scenery.scene import SNOW, Scene

BARK = rgb(0.30, 0.21, 0.17)


def framing_tree(scene: Scene, foot: float) -> None:
    """Grow one large tree on the side away from the sun."""
    x = float(np.clip(0.5 + 0.36 * np.tanh(2.2 * (scene.at.tree - 0.6 * scene.at.sun_across)), 0.08, 0.92))
    high = 0.52 * (1 + 0.14 * scene.at.crown)
    if scene.has("desert", "island"):
        palm(scene, (x, foot), high)
    elif scene.season == "winter" or scene.has("mountain"):
        fir(scene, (x, foot), high * 1.12, 0.0)
    else:
        broad(scene, (x, foot), high)


def broad(scene: Scene, at: tuple[float, float], high: float) -> None:
    """Grow a tree with a round crown: shade first, then leaves, then those in the light."""
    canvas, (x, y) = scene.canvas, at
    bark = scene.light.on(BARK)
    foot, fork = 0.05 * high, 0.018 * high
    canvas.polygon([(x - foot, y), (x - fork, y - 0.5 * high), (x + fork, y - 0.5 * high), (x + foot, y)], bark)
    for way, up in ((-0.22, 0.72), (0.24, 0.68), (0.04, 0.82)):
        canvas.line((x, y - 0.40 * high), (x + way * high, y - up * high), 0.022 * high, bark)
    bloom = scene.season == "spring" and scene.has("pink", "flowers")
    body = rgb(0.96, 0.68, 0.76) if bloom else scene.leaves()
    across, down = spread(64, 0.11)
    angle, reach = 2 * np.pi * across, np.sqrt(down)
    xs, ys = x + 0.34 * high * reach * np.cos(angle), y - 0.70 * high + 0.25 * high * reach * np.sin(angle)
    sunny = -0.02 * scene.lit_from() * high
    shade, light = mixed(body * 0.58, rgb(0.20, 0.20, 0.38), 0.15), mixed(body, rgb(1.0, 0.96, 0.66), 0.35) * 1.05
    canvas.dots(xs[::2], ys[::2] + 0.02 * high, 0.062 * high, scene.light.on(shade))
    canvas.dots(xs[1::2] - sunny, ys[1::2] - 0.01 * high, 0.042 * high, scene.light.on(body * 0.85))
    upper = ys < y - 0.64 * high
    canvas.dots(xs[upper] - 2 * sunny, ys[upper] - 0.02 * high, 0.030 * high, scene.light.on(body * 1.05))
    top = ys < y - 0.76 * high
    canvas.dots(xs[top] - 3 * sunny, ys[top] - 0.03 * high, 0.020 * high, scene.light.on(light))


def fir(scene: Scene, at: tuple[float, float], high: float, depth: float) -> None:
    """Grow a fir in tiers, with snow on them in winter."""
    canvas, (x, y) = scene.canvas, at
    trunk = np.array([[x - 0.02 * high, y - 0.12 * high, x + 0.02 * high, y]], np.float32)
    canvas.boxes(trunk, scene.light.on(BARK, depth))
    rows = canvas.span(y - high, y - 0.08 * high)
    fallen = unit((canvas.v[rows] - y + high) / (0.92 * high))  # 0 at the tip, 1 at the lowest branch
    tier = (fallen * 5.2) % 1
    drop = np.minimum(tier, (1 - tier) * 12)  # a tier widens slowly and ends at once
    half = 0.25 * high * (0.06 + 0.94 * fallen) * (0.52 + 0.48 * drop) * unit((y - 0.08 * high - canvas.v[rows]) * 60)
    green = mixed(rgb(0.13, 0.34, 0.28), scene.leaves(), 0.2 if scene.season == "autumn" else 0.35)
    body = scene.light.on(green, depth) * (1.1 - 0.45 * tier) * (1.05 - 0.25 * fallen)
    canvas.column(x, rows, half, body)
    if scene.white:
        caps = half * unit(1.25 - 1.9 * tier)
        canvas.column(x, rows, caps, scene.light.on(SNOW, depth), 0.9 * scene.white)


def palm(scene: Scene, at: tuple[float, float], high: float) -> None:
    """Grow a palm that leans, with leaves that hang."""
    canvas, (x, y) = scene.canvas, at
    lean, trunk = 0.16 * high, scene.light.on(mixed(BARK, rgb(0.6, 0.42, 0.28), 0.5))
    places = [(x + lean * (step / 6) ** 2, y - 0.86 * high * step / 6) for step in range(7)]
    for i, (start, end) in enumerate(itertools.pairwise(places)):
        canvas.line(start, end, (0.046 - 0.003 * i) * high, trunk)
    head = places[-1]
    for i, angle in enumerate(np.linspace(-0.35, np.pi + 0.35, 9)):
        leaf = scene.light.on(rgb(0.20, 0.46, 0.26) * (0.72 + 0.36 * (i % 2)))
        reach, rise = 0.36 * high * math.cos(angle), 0.24 * high * math.sin(angle)
        bow = [
            (head[0] + reach * t, head[1] - rise * 1.7 * t + (0.20 * high + 0.9 * max(rise, 0.0)) * t * t)
            for t in (0.0, 0.25, 0.5, 0.75, 1.0)
        ]
        for (start, end), wide in zip(itertools.pairwise(bow), (0.03, 0.048, 0.04, 0.02), strict=True):
            canvas.line(start, end, wide * high, leaf)
