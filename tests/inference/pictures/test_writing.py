"""The result: the photo's own aspect, as strong as asked, labelled, and silent about who took the photo where."""

import io
import json
import os
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from inference.job import Crop, Format, Options
from inference.limits import Limits
from inference.pictures import Finished, Labels, Pixels, bucket, finish, inspect, prepare
from inference.pictures.labels import UNNAMED
from inference.service import StyleInfo
from styles.card import Size
from tests.hostile import encoded, odd, photo, turned

WHOLE = Options(strength=1.0, keep_colours=False, format=Format.PNG)


@pytest.fixture
def styled(info: StyleInfo) -> "Styled":
    return Styled(info)


class Styled:
    """A picture's whole way, with a style that inverts."""

    def __init__(self, info: StyleInfo) -> None:
        self.info = info

    def __call__(self, data: bytes, options: Options, labels: Labels = UNNAMED) -> Finished:
        header = inspect(data, Limits())
        work = prepare(data, header, options, *bucket(header, options, Size()))
        return finish(work, 255 - work.pixels, options, self.info, labels)


def decoded(result: Finished) -> Image.Image:
    image = Image.open(io.BytesIO(result.picture))
    image.load()
    return image


def values(image: Image.Image) -> Pixels:
    return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize("form", list(Format))
def test_without_files_in_memory_a_result_is_the_same(
    styled: Styled, form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, options = encoded(photo()), replace(WHOLE, format=form)
    usual = styled(data, options)
    monkeypatch.delattr(os, "memfd_create", raising=False)
    assert styled(data, options) == usual


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("size", [(640, 480), (333, 500), (16, 320), (2500, 400)])
def test_the_result_has_the_photos_aspect_and_the_format_asked_for(
    styled: Styled, form: Format, size: tuple[int, int]
) -> None:
    result = styled(encoded(photo(*size)), replace(WHOLE, format=form, max_side=512))
    image = decoded(result)
    assert (image.format or "").lower() == form.value
    assert result.media_type == f"image/{form.value}"
    assert image.size == (result.width, result.height)
    assert max(image.size) == min(512, max(size))
    assert abs(image.width / image.height - size[0] / size[1]) < 0.01 * size[0] / size[1]


@pytest.mark.parametrize("strength", [0.0, 0.25, 0.5, 1.0])
def test_strength_blends_photo_and_style(styled: Styled, strength: float) -> None:
    original = photo(256, 256)
    result = values(decoded(styled(encoded(original, "PNG"), replace(WHOLE, strength=strength))))
    expected = values(original) * (1 - strength) + (255 - values(original)) * strength
    assert np.abs(result - expected).mean() < 2


def test_keeping_colours_takes_light_from_the_style_and_colour_from_the_photo(styled: Styled) -> None:
    original = Image.new("RGB", (256, 256), (150, 100, 110))
    options = replace(WHOLE, keep_colours=True)
    light, blue, red = decoded(styled(encoded(original, "PNG"), options)).convert("YCbCr").resize((1, 1)).split()
    wanted = original.convert("YCbCr").getpixel((0, 0))
    assert isinstance(wanted, tuple)
    assert abs(int(np.asarray(light)[0, 0]) - (255 - wanted[0])) < 3
    assert abs(int(np.asarray(blue)[0, 0]) - wanted[1]) < 3
    assert abs(int(np.asarray(red)[0, 0]) - wanted[2]) < 3


@pytest.mark.parametrize("form", [Format.PNG, Format.WEBP])
def test_transparency_comes_back_where_the_format_has_it(styled: Styled, form: Format) -> None:
    image = decoded(styled(odd("alpha"), replace(WHOLE, format=form)))
    assert image.mode == "RGBA"
    alpha = np.asarray(image)[..., 3]
    assert alpha[:, :40].max() == 0
    assert alpha[:, 56:].min() == 255
    assert decoded(styled(odd("alpha"), replace(WHOLE, format=Format.JPEG))).mode == "RGB"


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_the_bytes_say_a_machine_made_it_and_nothing_of_the_photographer(
    styled: Styled, form: Format, strength: float
) -> None:
    result = styled(turned(6), replace(WHOLE, format=form, strength=strength))
    image = decoded(result)
    assert b"DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrained" in xmp_of(image)
    assert b"ukiyoe 1.2.3" in xmp_of(image)
    assert b"AIGC>" not in xmp_of(image)
    assert b"Secret" not in result.picture
    assert b"Exif\0\0" not in result.picture
    assert not image.getexif()
    assert image.size == (96, 64)  # turned for good, without a flag


@pytest.mark.parametrize("form", Format)
def test_a_named_producer_stands_in_the_aigc_field(styled: Styled, form: Format) -> None:
    image = decoded(styled(encoded(photo()), replace(WHOLE, format=form), Labels("小画坊 <&> “Co”")))
    found = re.search(r"<TC260:AIGC>(.*?)</TC260:AIGC>", xmp_of(image).decode())
    assert found
    fields = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert fields["Label"] == "1"
    assert fields["ContentProducer"] == "小画坊 <&> “Co”"
    assert len(fields["ProduceID"]) == 32
    assert set(fields) >= {"ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"}


def xmp_of(image: Image.Image) -> bytes:
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    return found.encode() if isinstance(found, str) else bytes(found or b"")


@pytest.mark.parametrize("crop", Crop)
@pytest.mark.parametrize("ground", ["white", "black", "gold"])
def test_the_mark_is_drawn_on_demand(styled: Styled, ground: str, crop: Crop) -> None:
    data = encoded(Image.new("RGB", (400, 300), ground), "PNG")
    options = replace(WHOLE, crop=crop)
    plain, marked = decoded(styled(data, options)), decoded(styled(data, replace(options, mark=True)))
    rows, columns = np.nonzero(np.abs(values(plain) - values(marked)).max(axis=2) > 8)
    letters = values(marked)[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].min(axis=2) > 225
    height = np.ptp(np.nonzero(letters.any(axis=1))[0]) + 1
    assert ground == "black" or height >= 0.05 * 300  # the inverted ground is white, on which only the pill differs
    assert rows.min() > 240
    middle = (columns.min() + columns.max()) / 2
    assert abs(middle - 150) < 3 if crop is Crop.AVATAR else middle > 340


def test_photo_and_finish_must_agree(info: StyleInfo) -> None:
    data = encoded(photo())
    header = inspect(data, Limits())
    work = prepare(data, header, WHOLE, 256, 384)
    with pytest.raises(ValueError, match="strength"):
        finish(work, work.pixels, replace(WHOLE, strength=0.5), info)
