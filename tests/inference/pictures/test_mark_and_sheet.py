"""What we draw ourselves: the mark and the contact sheet."""

import io

import numpy as np
import pytest
from PIL import Image, ImageChops

from inference.pictures import sheet
from inference.pictures.contact import titles
from inference.pictures.mark import marked
from inference.service import StyleInfo
from styles.library import BUILT_IN, Library
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


def style(name: str, **title: str) -> StyleInfo:
    return StyleInfo(name, "1.0.0", title or {"en": name}, "photo", "CC0-1.0")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 30, 100])
def test_the_sheet_holds_every_style_and_fits_a_chat(count: int) -> None:
    colours = [(7 * number % 256, 200 - number, 90 + number) for number in range(count)]
    entries = [
        (style(f"style-{number}"), encoded(Image.new("RGB", (64, 48), colours[number]))) for number in range(count)
    ]
    image = Image.open(io.BytesIO(sheet(entries)))
    assert image.format == "JPEG"
    assert max(image.size) <= 2560
    assert max(image.size) <= 4 * min(image.size)
    pixels = np.asarray(image)[::12, ::12].astype(int)
    for colour in colours:
        assert np.abs(pixels - np.array(colour)).max(axis=2).min() < 8


@pytest.mark.parametrize(("count", "columns"), [(3, 3), (4, 2), (6, 3), (12, 3), (14, 3), (16, 4)])
def test_the_sheet_is_held_like_a_phone(count: int, columns: int) -> None:
    page = Image.open(io.BytesIO(sheet([(style(f"style-{number}"), encoded(photo())) for number in range(count)])))
    assert round((page.width - 48) / 348) == columns  # a preview and its gap are 348
    assert page.height <= 2.2 * page.width


def test_the_shipped_styles_four_times_over_are_soon_there() -> None:
    packs = Library.open().cards()
    previews = {card.id: (BUILT_IN / card.id / "preview.jpg").read_bytes() for card in packs}
    entries = [(style(card.id, **card.title), previews[card.id]) for card in packs] * 4
    assert len(sheet(entries[:14])) <= 300_000


def test_every_shipped_title_can_be_drawn_in_both_languages() -> None:
    for card in Library.open().cards():
        info = style(card.id, **card.title)
        assert titles(info) == (info.title["en"], info.title["zh"]), "inference/pictures/font/README.md adds letters"


@pytest.mark.parametrize(
    ("title", "drawn"),
    [
        ({"en": "Ink wash", "zh": "水墨"}, ("Ink wash", "水墨")),
        ({"en": "Façade №1", "zh": "鱲"}, ("some-id", "")),  # neither a numero sign nor this fish is there
        ({"zh": "水墨"}, ("some-id", "水墨")),
        ({}, ("some-id", "")),
    ],
)
def test_what_the_letters_do_not_hold_is_left_out_rather_than_drawn_as_boxes(
    title: dict[str, str], drawn: tuple[str, str]
) -> None:
    assert titles(StyleInfo("some-id", "1.0.0", title, "photo", "CC0-1.0")) == drawn


def test_a_long_title_stays_in_its_cell() -> None:
    long = style("first", en="m" * 32, zh="水墨山水画木刻版画")
    page = Image.open(io.BytesIO(sheet([(long, encoded(photo())), (style("second"), encoded(photo()))])))
    assert np.asarray(page.convert("L"))[370:, 362:382].min() > 230  # below the gap between the cells
    assert np.asarray(page.convert("L"))[370:410, 40:356].min() < 60
