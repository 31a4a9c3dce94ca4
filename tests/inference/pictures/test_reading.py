"""Whatever colours, depth and direction a file has, the style sees upright sRGB at the bucket's size."""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageCms

from inference.job import Crop, Format, Options
from inference.limits import Limits
from inference.pictures import Pixels, Prepared, bucket, inspect, prepare, reading
from styles.card import Size
from tests.hostile import SIDE, encoded, odd, photo, turned

PLAIN = Options(strength=1.0, keep_colours=False)


def prepared(data: bytes, options: Options = PLAIN) -> Prepared:
    header = inspect(data, Limits())
    return prepare(data, header, options, *bucket(header, options, Size()))


def seen(image: Image.Image, like: Pixels) -> Pixels:
    """What ``image`` looks like at the size of ``like``."""
    return np.asarray(image.convert("RGB").resize((like.shape[1], like.shape[0]), Image.Resampling.BICUBIC))


def difference(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("value", range(1, 9))
def test_every_exif_orientation_comes_out_upright(value: int) -> None:
    pixels = prepared(turned(value)).pixels
    assert difference(pixels, seen(photo(), pixels)) < 3


@pytest.mark.parametrize("name", ["16-bit grey", "16-bit RGB"])
def test_sixteen_bits_keep_their_range(name: str) -> None:
    pixels = prepared(odd(name)).pixels
    assert pixels[:, 0].mean() < 5
    assert pixels[:, -1].mean() > 250
    assert difference(pixels, seen(Image.fromarray(pixels[:1].repeat(SIDE, 0)), pixels)) < 1


@pytest.mark.parametrize("name", ["palette", "CMYK", "GIF", "progressive", "animated WebP", "animated PNG"])
def test_other_encodings_show_the_same_picture(name: str) -> None:
    pixels = prepared(odd(name)).pixels
    assert difference(pixels, seen(photo(), pixels)) < 18  # sixteen colours cannot come nearer


@pytest.mark.parametrize("name", ["alpha", "alpha in WebP", "grey and alpha"])
def test_transparent_parts_are_styled_over_white_and_remembered(name: str) -> None:
    work = prepared(odd(name))
    assert work.alpha is not None
    assert work.alpha.size == (work.width, work.height)
    assert work.pixels[:, 2:100].min() > 240
    assert np.asarray(work.alpha)[:, : SIDE // 2 - 4].max() == 0
    assert np.asarray(work.alpha)[:, SIDE // 2 + 4 :].min() == 255


def test_an_opaque_alpha_channel_is_dropped() -> None:
    assert prepared(encoded(photo().convert("RGBA"), "PNG")).alpha is None


def test_a_profile_is_obeyed() -> None:
    """Linear light written with its profile must come out as the same picture in sRGB."""
    curve = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    swapped = photo().convert("L")  # grey pixels with an RGB profile: it does not describe them and is left alone
    assert (
        difference(
            prepared(encoded(swapped, "PNG", icc_profile=curve.tobytes())).pixels,
            seen(swapped, prepared(encoded(swapped, "PNG")).pixels),
        )
        < 1
    )
    wide = _wide_profile()
    red = Image.new("RGB", (64, 64), (200, 60, 60))
    plain, obeyed = prepared(encoded(red, "PNG")).pixels, prepared(encoded(red, "PNG", icc_profile=wide)).pixels
    assert tuple(plain[32, 32]) == (200, 60, 60)
    assert obeyed[32, 32, 2] > 190
    assert obeyed[32, 32, 0] < 80


def _wide_profile() -> bytes:
    """sRGB with the red and the blue colorant exchanged: whoever obeys it sees blue for red."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = int.from_bytes(data[128:132], "big")
    tags = {data[at : at + 4]: at for at in range(132, 132 + 12 * count, 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    swapped = bytearray(data)
    swapped[red + 4 : red + 12], swapped[blue + 4 : blue + 12] = data[blue + 4 : blue + 12], data[red + 4 : red + 12]
    described = data.find("sRGB".encode("utf-16-be"))
    swapped[described : described + 8] = "mine".encode("utf-16-be")
    return bytes(swapped)


def test_the_photo_is_kept_only_when_the_result_needs_it() -> None:
    data = encoded(photo(600, 400))
    assert prepared(data).photo is None
    for options in (Options(strength=0.9, keep_colours=False), Options(strength=1.0, keep_colours=True), Options()):
        kept = prepared(data, options).photo
        assert kept is not None
        assert kept.size == (600, 400)
        assert not kept.info


def test_a_large_jpeg_is_decoded_small_and_looks_the_same() -> None:
    pixels = prepared(
        encoded(photo(4000, 3000), quality=95), Options(strength=1.0, keep_colours=False, max_side=512)
    ).pixels
    assert pixels.shape == (384, 512, 3)
    assert difference(pixels, seen(photo(4000, 3000), pixels)) < 2


def test_the_array_may_be_written_to() -> None:
    pixels = prepared(encoded(photo())).pixels
    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable
    assert pixels.flags.c_contiguous


def test_the_avatar_shows_the_face(astronaut: Image.Image) -> None:
    work = prepared(encoded(astronaut), Options(crop=Crop.AVATAR, max_side=320, format=Format.PNG))
    assert (work.width, work.height) == (320, 320)
    assert work.photo is not None
    face = astronaut.crop((180, 60, 270, 170)).convert("RGB")
    middle = work.photo.crop((100, 60, 220, 220)).resize(face.size)
    assert difference(np.asarray(middle), np.asarray(face)) < difference(
        np.asarray(middle), np.asarray(astronaut.crop((0, 300, 90, 410)))
    )


def test_a_turned_selfie_finds_its_face(astronaut: Image.Image) -> None:
    """The face is looked for after the photo was turned upright, not as it lies in the file."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = astronaut.transpose(Image.Transpose.ROTATE_90)
    data = io.BytesIO()
    lying.save(data, "JPEG", exif=exif, quality=95)
    options = Options(crop=Crop.AVATAR, max_side=256)
    upright, turned_back = prepared(encoded(astronaut, quality=95), options), prepared(data.getvalue(), options)
    assert difference(upright.pixels, turned_back.pixels) < 15
    assert difference(upright.pixels, np.rot90(turned_back.pixels)) > 40


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK", "I;16"])
def test_shrinking_in_bands_shows_the_same_picture(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BAND", 20_000)  # some dozens of bands, the last one cut short
    large = photo(1003, 707)
    if mode == "I;16":
        grey = np.asarray(large.convert("L")).astype(np.uint16) * 257
        kind, data = "PNG", encoded(Image.fromarray(grey), "PNG")
    else:
        kind = "JPEG" if mode == "CMYK" else "PNG"
        data = encoded(large.quantize(64) if mode == "P" else large.convert(mode), kind)
    monkeypatch.setattr("PIL.JpegImagePlugin.JpegImageFile.draft", lambda *_: None)
    pixels = prepared(data, Options(strength=1.0, keep_colours=False, max_side=256)).pixels
    wanted = large.convert("L") if mode in ("L", "LA", "I;16") else large
    assert pixels.shape == (168, 256, 3)
    assert difference(pixels, seen(wanted, pixels)) < (9 if mode == "P" else 2)


def test_giants_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "GIANT", 1000)
    data, inside, most = encoded(photo(300, 200)), 0, 0

    def slowly(image: Image.Image, size: tuple[int, int]) -> Image.Image:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.02)
        inside -= 1
        return shrunk(image, size)

    shrunk = reading._shrunk
    monkeypatch.setattr(reading, "_shrunk", slowly)
    with ThreadPoolExecutor(4) as threads:
        assert len(list(threads.map(prepared, [data] * 6))) == 6
    assert most == 1
