"""Faces keep their features: small ones are styled once more, enlarged, and laid back without an edge.

A network's strokes have one width, so an eye that is smaller than a stroke is lost. A painter takes a finer brush
for a face; here each small face is cut out with room around it, enlarged, styled like any picture,
and brought back to its size, where its strokes are finer. Its broad tones are those of the whole picture's result, as
in a Laplacian pyramid (Burt and Adelson 1983), and a wide soft oval hides where it begins. Nothing of the photo is
mixed in, so that what the face is drawn in stays the style.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from styles import faces

Pixels = NDArray[np.uint8]
"""H×W×3, RGB."""
Plane = NDArray[np.float32]

SIDES = (256, 192, 128)
"""The side at which a face and its surroundings are styled; 256 is a quarter of a 512² picture's work. The largest at
which most faces can be treated, while all together take no longer than the picture itself."""

MOST = 10
"""Faces of one picture that are treated."""

ROOM = 1.75
"""The cut-out's side by the face's: what the oval covers, and a rim in which a network's borders are lost."""

GAIN = (1.3, 3.0)
"""What a face must grow by to be worth it, and what it may: there is nothing more to see in it."""

SEEN = (320, 640)
"""Faces are looked for in a picture of half the network's longer side, but no smaller or larger than this."""

SMALLEST = 0.05
"""The least side of a face that is looked for, by the shorter side of the picture."""

NEIGHBOURS, STEP = 2, 1.2
"""As willing and as quick as can be: what is taken for a face and is none comes out a little finer, and that is all."""

COARSE = 12
"""Cells across a cut-out that make its broad tones."""

OVAL = (0.46, 0.58)
"""Half axes of the oval that is wholly the cut-out's, by the face's side; at ``FADE`` times them none of it is left."""
FADE = 1.48


@dataclass(frozen=True, slots=True)
class Patch:
    """A cut-out: ``pixels`` are uint8 RGB, square, of one of the ``SIDES``.

    ``left``, ``top`` and ``side`` say where it was, ``x``, ``y`` and ``face`` the face's middle and side, in pixels of
    the result.
    """

    pixels: Pixels = field(repr=False)
    left: int
    top: int
    side: int
    x: float
    y: float
    face: float


def patches(photo: Image.Image, height: int, width: int) -> tuple[Patch, ...]:
    """The faces of a photo (RGB, at the result's size) that are small at the bucket's size; the largest first."""
    scale = max(height, width) / max(photo.size)  # of the bucket by the result
    found = sorted(_looked_for(photo, max(height, width)), key=lambda face: -face.width)

    def treated(side: int) -> list[faces.Box]:
        small = [face for face in found if face.width * scale * ROOM * GAIN[0] <= side]
        return small[: min(MOST, height * width // side**2)]

    enlarged = max(SIDES, key=lambda side: len(treated(side)))
    return tuple(_cut(photo, face, enlarged, scale) for face in treated(enlarged))


def blended(picture: Image.Image, patch: Patch, styled: Pixels) -> None:
    """Lay a styled cut-out (as large as its ``pixels``) over its place in the result, in place."""
    place = (patch.left, patch.top, patch.left + patch.side, patch.top + patch.side)
    whole = np.asarray(picture.crop(place), np.float32)
    fine = np.asarray(Image.fromarray(styled).resize((patch.side, patch.side), Image.Resampling.BICUBIC), np.float32)
    toned = fine + _broad(whole - fine)
    mixed = whole + oval(patch)[..., None] * (toned - whole)
    picture.paste(Image.fromarray(mixed.clip(0, 255).round().astype(np.uint8)), place[:2])


def oval(patch: Patch) -> Plane:
    """How much of each pixel is the cut-out's, side×side, in [0, 1]: smooth, 1 over the features, 0 at the rim."""
    across = (np.arange(patch.side, dtype=np.float32) + 0.5 + patch.left - patch.x) / (OVAL[0] * patch.face)
    down = (np.arange(patch.side, dtype=np.float32) + 0.5 + patch.top - patch.y) / (OVAL[1] * patch.face)
    inside = ((FADE - np.hypot(across[None, :], down[:, None])) / (FADE - 1)).clip(0, 1)
    return np.asarray(inside * inside * (3 - 2 * inside), np.float32)


def _broad(plane: Plane) -> Plane:
    """What is left of a picture at ``COARSE``×``COARSE`` cells, at its own size."""
    size = plane.shape[1], plane.shape[0]
    cells = cv2.resize(plane, (COARSE, COARSE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _looked_for(photo: Image.Image, longer: int) -> Sequence[faces.Box]:
    scale = min(1.0, min(max(SEEN[0], longer / 2), SEEN[1]) / max(photo.size))
    size = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
    grey = np.asarray(photo.convert("L").resize(size, reducing_gap=2.0))
    found = faces.find(grey, faces.Cascade.FRONT, neighbours=NEIGHBOURS, step=STEP, least=SMALLEST)
    return [faces.Box(*(round(value / scale) for value in (box.left, box.top, box.width, box.height))) for box in found]


def _cut(photo: Image.Image, face: faces.Box, enlarged: int, scale: float) -> Patch:
    side = min(round(max(ROOM * face.width, enlarged / GAIN[1] / scale)), *photo.size)
    x, y = face.left + face.width / 2, face.top + face.height / 2
    left = round(min(max(0.0, x - side / 2), photo.width - side))
    top = round(min(max(0.0, y - side / 2), photo.height - side))
    box = (left, top, left + side, top + side)
    pixels = np.array(photo.resize((enlarged, enlarged), Image.Resampling.BICUBIC, box=box))
    return Patch(pixels, left, top, side, x, y, face.width)
