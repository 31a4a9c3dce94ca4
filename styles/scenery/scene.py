"""A scene to be painted: what is in it, where its numbers put it, and in what light."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from styles.scenery.canvas import Array, Canvas, mixed, rgb
from styles.scenery.light import COVERS, HOURS, shining

WATERS = ("sea", "harbour", "lake", "island")
SNOW = rgb(1.06, 1.09, 1.16)  # it shines: what is more than white by day is still pale by night


class Numbers(NamedTuple):
    """What varies within the same keywords, each in [-1, 1]."""

    horizon: float = 0.0
    sun_across: float = 0.0
    sun_height: float = 0.0
    far: float = 0.0  # along the distant ridges
    near: float = 0.0  # along the closer ones
    relief: float = 0.0  # how high ridges rise
    drift: float = 0.0  # of clouds, rain and snow
    clouds: float = 0.0  # how high and how many
    focus: float = 0.0  # where the thing that draws the eye stands
    boat: float = 0.0
    fleet: float = 0.0  # how far apart and how large boats and birds are
    tree: float = 0.0
    crown: float = 0.0  # how large trees are
    bend: float = 0.0  # of rivers, roads and shores
    roofs: float = 0.0  # of houses and towers: where and how high
    waves: float = 0.0
    warmth: float = 0.0
    tint: float = 0.0
    exposure: float = 0.0
    haze: float = 0.0


class Scene:
    """Keywords, numbers, light and canvas, as all who paint need them."""

    def __init__(self, keywords: Collection[str], numbers: Sequence[float], side: int) -> None:
        self.words = frozenset(keywords)
        self.at = Numbers(*(float(number) for number in numbers))
        self.canvas = Canvas(side)
        self.time = self._one_of(HOURS, "day")
        self.weather = self._one_of(COVERS, "clear")
        self.season = self._one_of(("spring", "summer", "autumn", "winter"), "summer")
        self.light = shining(self.time, self.weather, self.at.haze)
        self.horizon = 0.565 + 0.05 * self.at.horizon - (0.03 if self.wet else 0)

    def has(self, *words: str) -> bool:
        return not self.words.isdisjoint(words)

    @property
    def wet(self) -> bool:
        """Whether the foreground is open water."""
        return self.has(*WATERS)

    @property
    def snowy(self) -> bool:
        return self.has("snow", "winter")

    @property
    def white(self) -> float:
        """How much of the ground is under snow."""
        return 0.92 if self.has("snow") else 0.7 if self.season == "winter" and not self.has("desert") else 0.0

    @property
    def sun(self) -> tuple[float, float]:
        """Where the sun or the moon stands."""
        low = self.time in {"dawn", "sunset"}
        above = 0.33 if self.has("mountain") else 0.16 if self.has("sea") else 0.22  # what stands there hides it less
        height = self.horizon - above - 0.06 * self.at.sun_height if low else 0.17 - 0.07 * self.at.sun_height
        return 0.5 + 0.36 * self.at.sun_across, height

    @property
    def focus(self) -> float:
        """Where the main thing stands, away from the sun so that both have room."""
        return 0.5 - 0.22 * self.at.sun_across + 0.2 * self.at.focus

    def lit_from(self) -> float:
        """Return -1 when light comes from the left, 1 when from the right, and what lies between."""
        return max(-1.0, min(1.0, 2.5 * self.at.sun_across))

    def grass(self) -> Array:
        green = {"spring": rgb(0.56, 0.72, 0.32), "summer": rgb(0.38, 0.59, 0.28), "autumn": rgb(0.76, 0.58, 0.27)}
        return mixed(green.get(self.season, rgb(0.58, 0.58, 0.42)), SNOW, self.white)

    def leaves(self) -> Array:
        green = {"spring": rgb(0.42, 0.62, 0.30), "summer": rgb(0.19, 0.42, 0.27), "autumn": rgb(0.80, 0.38, 0.14)}
        return mixed(green.get(self.season, rgb(0.30, 0.38, 0.40)), SNOW, 0.45 * self.white)

    def _one_of(self, kinds: Collection[str], usual: str) -> str:
        return next((kind for kind in kinds if kind in self.words), usual)
