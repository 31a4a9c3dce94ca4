"""An avatar is the person, with room for a round frame, wherever the face is in the photo."""

import pytest
from PIL import Image, ImageOps

from inference.pictures.face import find, square

FACE = (223, 118)  # the middle of the astronaut's face, by eye


@pytest.mark.parametrize("scale", [0.5, 1, 2, 6])
def test_the_face_is_found_at_any_size(astronaut: Image.Image, scale: float) -> None:
    photo = astronaut.resize((round(512 * scale), round(512 * scale)))
    face = find(photo)
    assert face is not None
    assert abs(face.x / scale - FACE[0]) < 15
    assert abs(face.y / scale - FACE[1]) < 15
    assert 70 < face.side / scale < 150


def test_the_frame_holds_the_whole_head(astronaut: Image.Image) -> None:
    left, top, right, bottom = square(astronaut)
    assert right - left == bottom - top
    radius, x, y = (right - left) / 2, (left + right) / 2, (top + bottom) / 2
    for point in ((223, 25), (165, 90), (285, 100), (223, 185)):  # hair, ear, ear, chin
        assert (point[0] - x) ** 2 + (point[1] - y) ** 2 < radius**2


@pytest.mark.parametrize("place", [(0, 0), (700, 0), (0, 500), (700, 500)])
def test_the_square_stays_inside_the_photo(astronaut: Image.Image, place: tuple[int, int]) -> None:
    photo = Image.new("RGB", (1000, 800), "grey")
    photo.paste(astronaut.crop((100, 20, 400, 320)), place)
    left, top, right, bottom = square(photo)
    assert 0 <= left < right <= 1000
    assert 0 <= top < bottom <= 800
    assert left < place[0] + FACE[0] - 100 < right
    assert top < place[1] + FACE[1] - 20 < bottom


def test_of_several_the_larger_face_is_taken(astronaut: Image.Image) -> None:
    photo = Image.new("RGB", (1000, 600), "grey")
    photo.paste(astronaut.resize((256, 256)), (0, 300))
    photo.paste(ImageOps.mirror(astronaut), (450, 50))
    face = find(photo)
    assert face is not None
    assert abs(face.x - (450 + 512 - FACE[0])) < 20


@pytest.mark.parametrize(
    ("size", "expected"),
    [((300, 300), (0, 0, 300, 300)), ((500, 300), (100, 0, 400, 300)), ((300, 500), (0, 50, 300, 350))],
)
def test_without_a_face_the_upper_middle_is_taken(size: tuple[int, int], expected: tuple[int, ...]) -> None:
    assert square(Image.new("RGB", size, "teal")) == expected
