"""What stands where: the layers of a scene, from far to near."""

import math

import numpy as np

from styles.scenery import buildings, land, sky, things, towers, trees, water, weather
from styles.scenery.canvas import mixed, rgb
from styles.scenery.scene import SNOW, Scene


def compose(scene: Scene) -> None:
    """Paint all of ``scene`` on its canvas."""
    sky.sky(scene)
    sky.clouds(scene)
    land.distance(scene)
    if scene.has("birds"):
        sky.birds(scene)
    far_shore(scene)
    if scene.wet:
        water.open_water(scene)
    else:
        ground(scene)
    on_it(scene)
    front(scene)
    weather.falling(scene)


def far_shore(scene: Scene) -> None:
    """Set what stands at the horizon, and is seen again in water before it."""
    edge = scene.horizon
    if scene.has("hill") and scene.wet:
        land.hills(scene, edge - 0.02, edge + 0.02, 2)
    if scene.has("lake", "river") or (scene.has("forest") and scene.wet):
        land.woods(scene, edge + 0.01, 0.055 if not scene.has("forest") else 0.12, 0.6, 0.2)
    if scene.has("forest"):
        land.woods(scene, edge + 0.012, 0.16, 0.75, 0.55)
        land.mist(scene, edge, 0.04, 0.35)
        land.woods(scene, edge + 0.015, 0.10, 0.45, 0.83)
    if scene.has("city"):
        buildings.city(scene, edge)
    if scene.has("castle"):
        towers.castle(scene, (scene.focus, edge - (0.10 if scene.wet else 0.12)), 0.17, 0.4)
    if scene.has("island"):
        island(scene)
    if scene.has("harbour"):
        buildings.waterfront(scene)
    elif scene.has("village") and scene.wet:
        buildings.village(scene, scene.focus, edge - 0.01, 0.065, 0.4)
    if scene.has("house") and scene.wet:
        aside = -0.33 if scene.has("village", "harbour", "castle") else 0.0
        for place, kind in ((-0.09, 1), (0.05, 2), (0.18, 0)):
            buildings.house(scene, (scene.focus + place + aside, edge), 0.1, kind, 0.3)
    land.mist(scene, edge - 0.015, 0.035, 0.22)
    if scene.wet and scene.has("tower"):
        towers.lighthouse(scene, (1 - scene.focus, edge + 0.015), 0.25 * (1 + 0.12 * scene.at.roofs))


def island(scene: Scene) -> None:
    """Raise an island from the water, with trees on it."""
    canvas, middle = scene.canvas, scene.focus
    for place, wide, high, depth in ((-0.32, 0.14, 0.06, 0.75), (0.0, 0.25, 0.17, 0.35)):
        away = np.abs(canvas.u - middle - place) / wide
        bumps = 0.13 * np.sin(23 * (canvas.u - middle)) + 0.07 * np.sin(51 * (canvas.u - middle))
        rise = np.clip(1 - away**2, 0, 1) * (1 + bumps) * high * (1 + 0.25 * scene.at.relief)
        crest = (scene.horizon + 0.012 - rise).astype(np.float32)
        body, top = mixed(scene.leaves(), scene.grass(), 0.35), float(crest.min())
        colour = canvas.graded(
            top, scene.horizon, scene.light.on(body * 1.15, depth), scene.light.on(body * 0.7, depth)
        )
        canvas.below(crest, colour, bottom=scene.horizon + 0.006)
        shore = canvas.span(scene.horizon - 0.012, scene.horizon + 0.012)
        strand = canvas.soft(wide * (1 - away)) * canvas.soft(0.007 - np.abs(canvas.v[shore] - scene.horizon))
        canvas.lay(strand, scene.light.on(mixed(rgb(0.90, 0.80, 0.60), SNOW, scene.white), depth), shore)


def ground(scene: Scene) -> None:
    """Lay the land from the horizon to our feet."""
    edge, body = scene.horizon, scene.grass()
    if scene.has("desert"):
        land.dunes(scene)
    elif scene.has("city"):
        street(scene)
    elif scene.has("hill", "mountain", "village"):
        land.hills(scene, edge + 0.02, edge + 0.30, 3)
    else:
        flat = scene.canvas.graded(
            edge, 1.0, scene.light.on(mixed(body, rgb(1, 0.96, 0.7), 0.15), 0.7), scene.light.on(body * 0.92)
        )
        crest = edge + 0.012 - land.rolling(scene.canvas.u, 0.3 * scene.at.near, 0.9, 0.03)
        scene.canvas.below(crest, flat)
        if scene.has("meadow", "garden"):
            land.hills(scene, edge + 0.07, edge + 0.24, 2)
    if scene.has("river") and not scene.has("city"):
        water.river(scene)


def street(scene: Scene) -> None:
    """Lay a wide place before a city, in which it shines when it is wet."""
    edge = scene.horizon
    water.open_water(scene)
    if scene.has("river", "bridge"):
        return
    rows = scene.canvas.span(edge, 1.0)
    stone = mixed(rgb(0.52, 0.49, 0.50), SNOW, scene.white)
    dry = 0.45 if scene.weather in {"rain", "storm"} else 0.88
    colour = scene.canvas.graded(edge, 1.0, scene.light.on(stone, 0.5), scene.light.on(stone * 0.72))
    scene.canvas.lay(scene.canvas.soft(scene.canvas.v[rows] - edge) * dry, scene.canvas.cut(colour, rows), rows)
    things.lamps(scene)


def on_it(scene: Scene) -> None:
    """Set what stands or floats between the horizon and the front."""
    edge = scene.horizon
    if scene.has("road") and not scene.wet:
        things.road(scene, edge + 0.03)
    elif scene.has("garden") and not scene.wet:
        things.road(scene, edge + 0.15)
    if not scene.wet and not scene.has("city"):
        if scene.has("village"):
            buildings.village(scene, scene.focus, edge + 0.13, 0.085, 0.28)
        if scene.has("house", "garden"):
            aside, nearer = (-0.25, 0.09) if scene.has("village") else (0.0, 0.0)
            buildings.house(scene, (scene.focus + aside, edge + 0.14 + nearer), 0.17, 1, 0.15)
        if scene.has("tower"):
            towers.tower(scene, (1 - scene.focus, edge + 0.13), 0.30 * (1 + 0.1 * scene.at.roofs), 0.2)
    if scene.has("bridge"):
        towers.bridge(scene, edge + 0.06, edge + 0.17)
    if scene.has("boat") and (scene.wet or scene.has("river")):
        things.boats(scene)


def front(scene: Scene) -> None:
    """Set what frames the scene."""
    body, bank = scene.grass(), 0.9
    if scene.has("harbour"):
        things.moored(scene)
    firs(scene)
    if scene.has("garden") and not scene.wet:
        things.hedges(scene)
    if scene.wet and scene.has("tree", "road", "flowers", "meadow", "garden", "lake"):
        shore(scene, bank)
    if scene.has("tree"):
        trees.framing_tree(scene, 0.95)
    if scene.has("flowers", "garden"):
        things.flowers(scene, scene.horizon + 0.17 if not scene.wet else bank)
    if scene.has("meadow", "garden", "hill", "lake", "river") and not scene.has("desert"):
        things.grass(scene, body)


def firs(scene: Scene) -> None:
    """Let a wood end in front of us, or set two firs to the side of a cold scene."""
    size = 1 + 0.1 * scene.at.crown
    if scene.has("forest"):
        tall = 0.62 if scene.wet else 1.0  # at a water's edge they leave the view open
        for x, high in ((0.06, 0.62), (0.93, 0.70), (0.22, 0.42), (0.80, 0.38)):
            foot = 0.97 if high < 0.5 else 1.0
            trees.fir(scene, (x + 0.05 * scene.at.tree, foot), high * tall * size, 0.08)
    elif scene.has("mountain", "snow", "winter") and not scene.has("desert", "city", "tree") and not scene.wet:
        aside = math.tanh(3 * scene.at.tree)
        for inward, high in ((0.10, 0.34), (0.0, 0.55)):
            trees.fir(scene, (0.5 + (0.40 - inward) * aside, 1.0), high * size, 0.05)


def shore(scene: Scene, bank: float) -> None:
    """Lay the near bank of a water."""
    u, body = (
        scene.canvas.u,
        mixed(scene.grass(), rgb(0.93, 0.72, 0.46), 0.75 if scene.has("desert", "island") else 0.0),
    )
    crest = (bank + 0.03 * np.sin(4 * u + 2 + scene.at.bend) + 0.012 * np.sin(11 * u)).astype(np.float32)
    scene.canvas.below(crest - 0.008, scene.light.on(body * 0.55), 0.7)
    scene.canvas.below(crest, scene.canvas.graded(bank - 0.04, 1.0, scene.light.on(body), scene.light.on(body * 0.75)))
    if scene.has("road"):
        lane = crest + 0.045
        scene.canvas.below(lane, scene.light.on(mixed(rgb(0.80, 0.68, 0.52), SNOW, 0.6 * scene.white)), bottom=1.0)
        scene.canvas.below(lane + 0.045, scene.light.on(body * 0.7))
