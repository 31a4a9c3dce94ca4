"""Frames that hold still where their picture does.

A generator normalises over the whole frame, so that whatever moves changes the colours everywhere a little, and it
makes strokes of the noise that a GIF's palette or a film's compression leaves. Both show as flicker. So each frame's
colours are first tied to the last frame's, by what stood still between them; then what stood still is taken from the
last frame. The photo's own frames say what that is. Each is compared with what the last result shows, parts of which
may be older than a frame, so that slow changes are followed, too.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.float32]

NOISE = 9.0
"""Steps of 255, averaged over ``BLUR`` pixels squared, by which the same thing may differ between frames."""
BLUR, RIM = 5, 9
"""Pixels over which a change is averaged, and by which whatever moves is widened: its strokes reach further than it."""
SURE, FEW = 0.7, 0.1
"""How still a pixel must be to tie colours by it, and the share of such pixels from which they are tied wholly."""
GAIN, SHIFT = (0.8, 1.25), 24.0
"""What a tie may do to a colour, at most: more is no drift, but another scene."""


class Steady:
    """Give it each frame in turn. Holds one frame and the photo's, as float32: 5 MB at 512×384."""

    def __init__(self) -> None:
        self._shown: Plane | None = None
        self._photo: Plane | None = None

    def next(self, painted: Image.Image, photo: Image.Image) -> Image.Image:
        """The frame to show. ``painted`` (RGB or RGBA) was made of ``photo``, of the same size; alpha stays. Blocks."""
        fresh, seen = _plane(painted), _plane(photo)
        if self._shown is None or self._photo is None or self._shown.shape != fresh.shape:
            self._shown, self._photo = fresh, seen
            return painted
        still = _still(seen, self._photo)
        fresh = _tied(fresh, self._shown, still)
        self._shown = fresh + still[..., None] * (self._shown - fresh)
        self._photo = seen + still[..., None] * (self._photo - seen)
        steady = Image.fromarray(self._shown.clip(0, 255).round().astype(np.uint8))
        if painted.mode == "RGBA":
            steady.putalpha(painted.getchannel("A"))
        return steady


def _plane(picture: Image.Image) -> Plane:
    """H×W×3 in 0 to 255."""
    return np.asarray(picture.convert("RGB"), np.float32)


def _still(photo: Plane, before: Plane) -> Plane:
    """H×W, 1 where nothing changed, 0 where something else is seen."""
    change = np.abs(cv2.blur(photo - before, (BLUR, BLUR))).max(axis=2)
    still = np.exp(-((change / NOISE) ** 2))
    return np.asarray(cv2.blur(cv2.erode(still, np.ones((RIM, RIM), np.uint8)), (BLUR, BLUR)), np.float32)


def _tied(fresh: Plane, shown: Plane, still: Plane) -> Plane:
    """The frame with the mean and deviation of the last one's colours where both are still."""
    sure = still > SURE
    trust = min(1.0, float(sure.mean()) / FEW)
    if trust < 0.1:
        return fresh
    here, there = fresh[sure].astype(np.float64), shown[sure].astype(np.float64)
    mean, wanted = here.mean(axis=0), there.mean(axis=0)
    gain = 1 + trust * (((there.std(axis=0) + 1) / (here.std(axis=0) + 1)).clip(*GAIN) - 1)
    shift = trust * (wanted - mean).clip(-SHIFT, SHIFT)
    return np.asarray((fresh - mean) * gain + mean + shift, np.float32)
