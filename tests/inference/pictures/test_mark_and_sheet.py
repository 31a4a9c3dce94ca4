"""What we draw ourselves: the mark and the contact sheet."""

import io

import numpy as np
import pytest
from PIL import Image, ImageChops

from inference.pictures import sheet
from inference.pictures.mark import marked
from tests.hostile import encoded, photo


@pytest.mark.parametrize("size", [(16, 16), (20, 400), (64, 64), (500, 300), (2048, 1536), (4096, 210)])
@pytest.mark.parametrize("ground", [0, 128, 255])
def test_the_letters_are_high_enough_and_legible_on_any_ground(size: tuple[int, int], ground: int) -> None:
    plain = Image.new("RGB", size, (ground, ground, ground))
    picture = marked(plain.copy())
    box = ImageChops.difference(plain, picture).getbbox()
    assert box
    cut = np.asarray(picture.convert("L").crop(box)).astype(float)
    letters = cut > 160
    if ground < 255:  # on white the pill's rim is as light as the letters
        height = np.ptp(np.nonzero(letters.any(axis=1))[0]) + 1
        assert height >= min(7, min(size) // 2) * 0.8
        assert height >= 0.05 * min(size) - 0.5
    around = np.median(cut[cut < 160])
    assert (255 / 255 + 0.05) / ((around / 255) ** 2.2 + 0.05) > 4.5  # the contrast that readers need (WCAG AA)


def test_the_mark_is_seen_where_the_picture_is_not() -> None:
    picture = marked(Image.new("RGBA", (300, 300)))
    alpha = np.asarray(picture)[..., 3]
    assert alpha[:200].max() == 0
    assert alpha[270:].max() == 255


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 30, 100])
def test_the_sheet_holds_every_style_and_fits_a_chat(count: int) -> None:
    colours = [(7 * number % 256, 200 - number, 90 + number) for number in range(count)]
    entries = [(f"style-{number}", encoded(Image.new("RGB", (64, 48), colours[number]))) for number in range(count)]
    image = Image.open(io.BytesIO(sheet(entries)))
    assert image.format == "JPEG"
    assert max(image.size) <= 2560
    assert max(image.size) <= 4 * min(image.size)
    pixels = np.asarray(image)[::12, ::12].astype(int)
    for colour in colours:
        assert np.abs(pixels - np.array(colour)).max(axis=2).min() < 8


def test_a_long_name_stays_in_its_cell() -> None:
    page = Image.open(io.BytesIO(sheet([("m" * 32, encoded(photo())), ("second", encoded(photo()))])))
    assert np.asarray(page.convert("L"))[410:, 425:440].min() > 200  # the gap between the cells
