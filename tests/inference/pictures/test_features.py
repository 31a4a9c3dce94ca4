"""Small faces are painted finer, and nobody sees where."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from inference.pictures import Pixels
from inference.pictures.features import GAIN, MOST, ROOM, SIDES, Patch, blended, oval, patches
from inference.worker import restyle, restyle_apart
from styles import faces, pack
from styles.style import Style

PACKS = Path(__file__).resolve().parents[3] / "styles" / "packs"
SOFT = ImageFilter.GaussianBlur(3)
FACE = (223, 118)  # the middle of the astronaut's face, by eye


@pytest.fixture(scope="module")
def ukiyoe() -> Style:
    folder = PACKS / "ukiyoe"
    return pack.load(folder, pack.read(folder), "cpu", torch.float32)


def crowd(astronaut: Image.Image, side: int) -> Image.Image:
    """Twelve people in three rows."""
    photo, head = Image.new("RGB", (side, side * 3 // 4), "grey"), astronaut.crop((100, 0, 350, 250))
    for place in range(12):
        column, row = place % 4, place // 4
        photo.paste(head.resize((side // 5, side // 5)), (column * side // 4, row * side // 4))
    return photo


def test_a_small_face_is_cut_out_enlarged(astronaut: Image.Image) -> None:
    [patch] = patches(astronaut, 512, 512)
    assert abs(patch.x - FACE[0]) < 15
    assert abs(patch.y - FACE[1]) < 15
    assert patch.pixels.shape == (SIDES[0], SIDES[0], 3)
    assert patch.side >= ROOM * patch.face - 1
    assert GAIN[0] <= SIDES[0] / patch.side <= GAIN[1]


def test_a_face_that_the_network_sees_large_is_left_alone(astronaut: Image.Image) -> None:
    assert patches(astronaut, 1024, 1024) == ()
    assert patches(astronaut.crop((120, 20, 320, 220)).resize((512, 512)), 512, 512) == ()


def test_where_there_is_no_face_there_is_nothing_to_do() -> None:
    assert patches(Image.new("RGB", (640, 480), "teal"), 480, 640) == ()


@pytest.mark.parametrize("side", [512, 1024])
def test_a_crowd_takes_no_longer_than_its_picture(astronaut: Image.Image, side: int) -> None:
    found = patches(crowd(astronaut, side), side * 3 // 4, side)
    assert 4 <= len(found) <= MOST
    assert sum(patch.pixels.shape[0] ** 2 for patch in found) <= side * side * 3 // 4


@pytest.mark.parametrize("place", [(0, 0), (700, 0), (0, 500), (700, 500)])
def test_a_face_at_the_rim_is_cut_inside_the_picture(astronaut: Image.Image, place: tuple[int, int]) -> None:
    photo = Image.new("RGB", (900, 700), "grey")
    photo.paste(astronaut.crop((120, 20, 320, 220)), place)
    for patch in patches(photo, 700, 900):
        assert 0 <= patch.left <= 900 - patch.side
        assert 0 <= patch.top <= 700 - patch.side


def test_the_oval_begins_without_an_edge(astronaut: Image.Image) -> None:
    [patch] = patches(astronaut, 512, 512)
    mask = oval(patch)
    assert max(np.abs(np.diff(mask, axis=axis)).max() for axis in (0, 1)) < 0.08  # in a twelfth of the way at most
    assert max(mask[0].max(), mask[-1].max(), mask[:, 0].max(), mask[:, -1].max()) == 0
    eyes_and_mouth = [(204, 107), (242, 107), (223, 155)]
    assert min(mask[y - patch.top, x - patch.left] for x, y in eyes_and_mouth) > 0.99


def test_a_patch_of_another_tone_leaves_no_trace(astronaut: Image.Image) -> None:
    """A network that normalises over its picture may paint the cut-out lighter: broad tones are the picture's."""
    [patch] = patches(astronaut, 512, 512)
    picture = Image.new("RGB", astronaut.size, (120, 90, 60))
    blended(picture, patch, np.full_like(patch.pixels, 200))
    assert np.abs(np.asarray(picture).astype(int) - (120, 90, 60)).max() <= 1


def test_only_the_face_changes_and_softly(astronaut: Image.Image) -> None:
    [patch] = patches(astronaut, 512, 512)
    picture = astronaut.copy()
    blended(picture, patch, 255 - patch.pixels)
    moved = np.abs(np.asarray(picture).astype(int) - np.asarray(astronaut)).max(axis=2)
    inside = np.zeros(moved.shape, bool)
    inside[patch.top : patch.top + patch.side, patch.left : patch.left + patch.side] = True
    assert moved[~inside].max() == 0
    assert moved[inside].max() > 50


def test_a_face_that_the_style_would_lose_is_found_again(astronaut: Image.Image, ukiyoe: Style) -> None:
    """At 256 pixels the strokes are as wide as the eyes."""
    photo = astronaut.resize((256, 256))
    found = patches(photo, 256, 256)
    assert len(found) == 1
    plain = styled(ukiyoe, np.array(photo))
    result = Image.fromarray(plain)
    for patch, fine in zip(found, restyle_apart(ukiyoe, [each.pixels for each in found], 256**2), strict=True):
        assert fine is not None
        blended(result, patch, fine)
    assert likeness(np.asarray(result), photo, found[0]) > likeness(plain, photo, found[0]) + 0.1
    assert is_face(np.asarray(result), found[0])


def styled(style: Style, pixels: Pixels) -> Pixels:
    [picture] = restyle(style, [pixels]).pictures
    assert isinstance(picture, np.ndarray)
    return picture


def likeness(result: Pixels, photo: Image.Image, patch: Patch) -> float:
    """How well the fine light over the features follows the photo's, as a correlation."""
    half, x, y = round(patch.face / 2), round(patch.x), round(patch.y)
    box = (x - half, y - half, x + half, y + half)
    lights = [image.convert("L").crop(box) for image in (Image.fromarray(result), photo)]
    one, other = (np.asarray(light, float) - np.asarray(light.filter(SOFT), float) for light in lights)
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum()))


def is_face(result: Pixels, patch: Patch) -> bool:
    grey = np.asarray(Image.fromarray(result).convert("L").resize((512, 512)))
    half = patch.face / 2
    wanted = faces.Box(*(round(2 * value) for value in (patch.x - half, patch.y - half, patch.face, patch.face)))
    found = faces.find(grey, faces.Cascade.FRONT_TREES, neighbours=4, step=1.1, least=0.05)
    return any(wanted.same(box) for box in found)
