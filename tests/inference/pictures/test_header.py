"""Strangers send everything; each gets its own answer, at once and in bounded memory."""

from contextlib import suppress

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference.errors import NotAPicture, ServiceError, TooLarge, TooSmall
from inference.job import Options
from inference.limits import Limits
from inference.pictures import bucket, inspect, prepare
from inference.pictures.frames import gif_frames
from styles.card import Size
from tests.hostile import HOSTILE, ODD, encoded, gif, hostile, odd, photo

OPTIONS = Options(max_side=256)
pytestmark = pytest.mark.filterwarnings("ignore:(Possibly c|C)orrupt EXIF:UserWarning")  # Pillow's word on some inputs


def take(data: bytes) -> None:
    header = inspect(data, Limits())
    height, width = bucket(header, OPTIONS, Size())
    assert prepare(data, header, OPTIONS, height, width).pixels.shape == (height, width, 3)


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_input_gets_its_own_code_and_little_memory(name: str) -> None:
    data, before = hostile(name), psutil.Process().memory_info().rss
    with pytest.raises(ServiceError) as refusal:
        take(data)
    assert refusal.value.code == HOSTILE[name][1]
    assert refusal.value.message.endswith(".")
    assert psutil.Process().memory_info().rss - before < 20_000_000


@pytest.mark.parametrize("name", ODD)
def test_rare_but_fine_pictures_are_taken(name: str) -> None:
    take(odd(name))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("empty", "empty"),
        ("SVG", "SVG"),
        ("PDF", "PDF"),
        ("ZIP", "ZIP"),
        ("text", "text"),
        ("TIFF", "TIFF"),
        ("noise", "not a picture"),
        ("truncated JPEG", "damaged"),
        ("PNG header of 50,000×50,000", "50000×50000 pixels"),
        ("GIF of 10,000 frames", "5000 frames"),
        ("25 MB", "20 MB"),
        ("20×5,000", "20 times"),
    ],
)
def test_the_sentence_says_what_is_wrong(name: str, word: str) -> None:
    with pytest.raises(ServiceError, match=word):
        take(hostile(name))


def test_the_limits_are_the_owners() -> None:
    limits = Limits(picture_bytes=2_000_000, picture_pixels=10_000, picture_frames=3, min_side=10, max_aspect=2)
    with pytest.raises(TooLarge, match="2 MB"):
        inspect(bytes(2_000_001), limits)
    with pytest.raises(TooLarge, match="101×100 pixels"):
        inspect(encoded(Image.new("1", (101, 100)), "PNG"), limits)
    with pytest.raises(TooLarge, match="frames"):
        inspect(gif(4), limits)
    with pytest.raises(TooSmall, match="at least 10"):
        inspect(encoded(Image.new("1", (9, 9)), "PNG"), limits)
    with pytest.raises(TooSmall, match="2 times"):
        inspect(encoded(Image.new("1", (10, 21)), "PNG"), limits)
    assert inspect(encoded(Image.new("1", (10, 20)), "PNG"), limits).frames == 1


@pytest.mark.parametrize("value", range(1, 9))
def test_width_and_height_are_what_a_person_sees(value: int) -> None:
    header = inspect(odd(f"EXIF orientation {value}"), Limits())
    assert (header.width, header.height, header.orientation) == (96, 64, value)


def test_frames_are_counted_in_each_kind_of_animation() -> None:
    assert inspect(odd("GIF of 113 frames"), Limits()).frames == 113
    assert inspect(odd("animated PNG"), Limits()).frames == 4
    assert inspect(odd("animated WebP"), Limits()).frames > 1


def test_a_gif_is_counted_as_pillow_counts_it() -> None:
    pictures = [photo().rotate(angle) for angle in (0, 30, 60)]
    data = encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], comment=b"x" * 600)
    assert gif_frames(data, stop=100) == 3
    assert gif_frames(data, stop=2) == 2


@given(st.binary(max_size=200))
def test_counting_frames_ends_on_any_junk(junk: bytes) -> None:
    assert 1 <= gif_frames(b"GIF89a" + junk, stop=10) <= 10


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@settings(deadline=None)  # a busy machine is no flaw of ours
@given(data=st.data())
def test_damaged_pictures_are_refused_or_taken_and_nothing_else(kind: str, data: st.DataObject) -> None:
    picture = bytearray(encoded(photo(), kind))
    for _ in range(data.draw(st.integers(0, 4))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    picture = picture[: data.draw(st.integers(1, len(picture)))]
    with suppress(NotAPicture, TooLarge):
        take(bytes(picture))
