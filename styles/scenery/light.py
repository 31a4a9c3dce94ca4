"""What light a scene stands in: the colours of sky, haze and things at each time of day and weather."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from styles.scenery.canvas import Array, mixed, rgb


@dataclass(frozen=True, slots=True)
class Hour:
    """The colours of a clear sky: four stops from the top to the horizon, and what they make of all beneath."""

    sky: tuple[Array, Array, Array, Array]
    sun: Array
    haze: Array
    tint: Array  # what a thing's own colour is multiplied by
    veil: Array  # what the colour of a cover of cloud is multiplied by
    lamps: float  # how many windows are lit, and how bright


HOURS: Mapping[str, Hour] = {
    "dawn": Hour(
        (rgb(0.36, 0.47, 0.68), rgb(0.62, 0.66, 0.79), rgb(0.94, 0.76, 0.72), rgb(1.0, 0.88, 0.68)),
        sun=rgb(1.0, 0.90, 0.70),
        haze=rgb(0.90, 0.80, 0.80),
        tint=rgb(0.84, 0.76, 0.82),
        veil=rgb(0.96, 0.87, 0.87),
        lamps=0.45,
    ),
    "day": Hour(
        (rgb(0.16, 0.42, 0.70), rgb(0.40, 0.65, 0.84), rgb(0.70, 0.85, 0.92), rgb(0.92, 0.95, 0.92)),
        sun=rgb(1.0, 0.97, 0.84),
        haze=rgb(0.76, 0.86, 0.91),
        tint=rgb(1.0, 0.98, 0.93),
        veil=rgb(1.0, 1.0, 1.0),
        lamps=0.0,
    ),
    "sunset": Hour(
        (rgb(0.20, 0.19, 0.42), rgb(0.53, 0.31, 0.48), rgb(0.93, 0.48, 0.36), rgb(1.0, 0.78, 0.42)),
        sun=rgb(1.0, 0.84, 0.52),
        haze=rgb(0.90, 0.58, 0.47),
        tint=rgb(0.84, 0.58, 0.54),
        veil=rgb(0.88, 0.66, 0.66),
        lamps=0.7,
    ),
    "night": Hour(
        (rgb(0.025, 0.05, 0.15), rgb(0.06, 0.11, 0.26), rgb(0.12, 0.21, 0.38), rgb(0.24, 0.35, 0.49)),
        sun=rgb(0.92, 0.94, 0.86),
        haze=rgb(0.17, 0.26, 0.40),
        tint=rgb(0.29, 0.37, 0.56),
        veil=rgb(0.22, 0.28, 0.40),
        lamps=1.0,
    ),
}


@dataclass(frozen=True, slots=True)
class Cover:
    """What a weather lays before the sky, and how soon it hides what is far."""

    high: Array
    low: Array
    much: float
    thick: float
    dim: float


COVERS: Mapping[str, Cover] = {
    "clear": Cover(rgb(1, 1, 1), rgb(1, 1, 1), 0.0, 0.38, 1.0),
    "misty": Cover(rgb(0.74, 0.77, 0.80), rgb(0.93, 0.92, 0.90), 0.62, 1.75, 0.95),
    "cloudy": Cover(rgb(0.56, 0.63, 0.71), rgb(0.88, 0.89, 0.88), 0.50, 0.70, 0.88),
    "rain": Cover(rgb(0.38, 0.45, 0.53), rgb(0.68, 0.73, 0.76), 0.80, 1.05, 0.72),
    "storm": Cover(rgb(0.17, 0.20, 0.27), rgb(0.66, 0.68, 0.61), 0.84, 0.55, 0.72),
    "snow": Cover(rgb(0.66, 0.71, 0.79), rgb(0.88, 0.90, 0.95), 0.70, 0.75, 0.96),
}


@dataclass(frozen=True, slots=True)
class Light:
    """The light of one scene."""

    sky: tuple[Array, ...]
    sun: Array
    haze: Array
    tint: Array
    lamps: float
    thick: float

    def on(self, colour: Array, depth: float = 0.0) -> Array:
        """Return what a thing of ``colour`` looks like, ``depth`` of the way (0 near, 1 at the horizon) behind haze."""
        return mixed(colour * self.tint, self.haze, 1 - float(np.exp(-self.thick * 2.2 * depth)))


def shining(time: str, weather: str, density: float) -> Light:
    """Return the light of a time and a weather; ``density`` in [-1, 1] varies the haze."""
    hour, cover = HOURS[time], COVERS[weather]
    much = cover.much * (0.7 if time == "night" else 1.0)
    steps = np.linspace(0, 1, len(hour.sky)) ** 0.8
    veils = [mixed(cover.high, cover.low, float(step)) * hour.veil for step in steps]
    return Light(
        sky=tuple(mixed(clear, veil, much) for clear, veil in zip(hour.sky, veils, strict=True)),
        sun=hour.sun,
        haze=mixed(hour.haze, mixed(cover.high, cover.low, 0.75) * hour.veil, much),
        tint=mixed(hour.tint, hour.veil, 0.5 * much)
        * cover.dim
        * (1.35 if (time, weather) == ("night", "snow") else 1),
        lamps=max(hour.lamps, 0.55 * (1 - cover.dim) / 0.45),
        thick=cover.thick * (1 + 0.25 * density),
    )
