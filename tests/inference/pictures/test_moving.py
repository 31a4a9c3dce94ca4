"""From bytes that move to frames and back: pace, loop, transparency, size, labels; and what strangers send."""

import io
import struct
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from inference.errors import NotAPicture, TooManyFrames
from inference.job import Options
from inference.limits import Limits
from inference.pictures import Frame, films, frames, inspect, judge_moving, moving_size, play, playing, xmp
from inference.pictures.labels import Labels
from inference.pictures.writing import Finished
from tests.hostile import encoded, gif, photo
from tests.inference.animated import SHOWN_MS, animated, film, moving, starts_ms, wandering, watched

LABEL = xmp("tiny 1.2.3", Labels("somebody"))
KINDS = ("GIF", "WEBP", "PNG")
with_films = pytest.mark.skipif(not films.INSTALLED, reason="PyAV (the extra “video”) is not installed")


def taken_apart(data: bytes, options: Options | None = None) -> list[Frame]:
    header = inspect(data, Limits())
    return list(frames(data, header, moving_size(header, options or Options())))


def played(data: bytes, more: Sequence[Frame] = ()) -> Finished:
    return play(more or taken_apart(data), inspect(data, Limits()), LABEL)


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_is_taken_apart_as_it_is_seen_and_for_as_long(kind: str) -> None:
    data = animated(kind)
    seen, shown_ms = moving(data)
    taken = taken_apart(data)
    assert [frame.shown_ms for frame in taken] == shown_ms == list(SHOWN_MS)
    for frame, wanted in zip(taken, seen, strict=True):
        assert np.abs(np.asarray(frame.picture.convert("RGB"), float) - wanted).mean() < 1


@pytest.mark.parametrize(("kind", "media_type"), [("GIF", "image/gif"), ("WEBP", "image/webp"), ("PNG", "image/webp")])
@pytest.mark.parametrize("loop", [0, 1, 3])
def test_it_is_put_together_at_the_same_pace(kind: str, media_type: str, loop: int) -> None:
    data = animated(kind, loop=loop) if (kind, loop) != ("GIF", 1) else animated(kind, loop=None)
    result = played(data)
    seen, shown_ms = moving(result.picture)
    assert (result.media_type, result.width, result.height) == (media_type, 96, 64)
    assert shown_ms == list(SHOWN_MS)
    assert inspect(result.picture, Limits()).loop == loop
    assert np.abs(seen - moving(data)[0]).mean() < 6


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_transparent_stays_so(kind: str) -> None:
    data = (
        animated(kind, wandering(clear=True), disposal=2) if kind != "WEBP" else animated(kind, wandering(clear=True))
    )
    result = Image.open(io.BytesIO(played(data).picture))
    for place, wanted in enumerate(wandering(clear=True)):
        result.seek(place)
        alpha = np.asarray(result.convert("RGBA"))[..., 3]
        assert (np.abs(alpha.astype(int) - np.asarray(wanted)[..., 3]) > 64).mean() < 0.03


def test_what_is_large_becomes_small_and_even() -> None:
    header = inspect(animated("GIF", wandering(2, 1001, 703), (50, 50)), Limits())
    assert moving_size(header, Options()) == (512, 360)
    assert moving_size(header, Options(max_side=101)) == (100, 70)


def test_a_still_ground_stays_still_and_costs_a_gif_nothing() -> None:
    still, noisy = wandering(8, 192, 128), [photo(192, 128).rotate(step) for step in range(8)]
    header = inspect(animated("GIF"), Limits())
    calm, wild = (play([Frame(frame, 50) for frame in each], header, LABEL).picture for each in (still, noisy))
    assert np.abs(np.diff(moving(calm)[0][:, :60], axis=0)).max() == 0
    assert len(calm) < len(wild) / 2


def test_a_file_that_would_be_too_heavy_is_made_of_smaller_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 128, 192, 3), np.uint8)
    frames = [Frame(Image.fromarray(each), 50) for each in noise]
    header = inspect(animated("GIF"), Limits())
    monkeypatch.setattr(playing, "BYTES", 60_000)
    result = play(frames, header, LABEL)
    assert len(result.picture) <= 60_000
    assert moving(result.picture)[0].shape[1:3] == (result.height, result.width)
    assert 60 < result.width < 192


@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_in_the_bytes(kind: str) -> None:
    result = played(animated(kind)).picture
    assert b"compositeWithTrainedAlgorithmicMedia" in result
    assert b"somebody" in result
    image = Image.open(io.BytesIO(result))
    assert image.info.get("xmp", LABEL) == LABEL


def test_what_breaks_off_ends_there_and_what_never_begins_is_refused() -> None:
    data = animated("GIF", [photo(96, 64).rotate(40 * step) for step in range(6)], (50,) * 6)
    assert 1 < len(taken_apart(data[: len(data) * 2 // 3])) < 6
    with pytest.raises(NotAPicture):
        taken_apart(data[:900])


def test_too_much_is_refused_from_the_header() -> None:
    limits = Limits(moving_frames=3)
    judge_moving(inspect(gif(3), limits), limits)
    with pytest.raises(TooManyFrames, match="4 frames"):
        judge_moving(inspect(gif(4), limits), limits)
    header = inspect(animated("GIF"), limits)
    with pytest.raises(TooManyFrames, match="96×64"):
        judge_moving(header, Limits(moving_frame_pixels=96 * 64 - 1))
    with pytest.raises(TooManyFrames, match="96×64"):
        judge_moving(header, Limits(moving_pixels=4 * 96 * 64 - 1))


@with_films
@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_film_is_taken_apart_and_put_together(kind: str) -> None:
    data = film(kind=kind)
    header = inspect(data, Limits())
    assert (header.format, header.width, header.height, header.frames) == (kind.upper(), 96, 64, 4)
    taken = taken_apart(data)
    assert [frame.shown_ms for frame in taken[:-1]] == [100, 100, 100]
    for frame, wanted in zip(taken, wandering(), strict=True):
        assert np.abs(np.asarray(frame.picture, float) - np.asarray(wanted, float)).mean() < 8
    result = play([Frame(frame, ms) for frame, ms in zip(wandering(), SHOWN_MS, strict=True)], header, LABEL)
    seen, begins_ms = watched(result.picture)
    assert result.media_type == "video/mp4"
    assert begins_ms == pytest.approx(starts_ms(SHOWN_MS), abs=1)
    assert np.abs(seen - np.stack([np.asarray(frame, float) for frame in wandering()])).mean() < 8
    assert b"compositeWithTrainedAlgorithmicMedia" in result.picture


@with_films
def test_of_a_fast_film_an_even_choice_is_taken() -> None:
    data = film(wandering(60), per_second=30)
    assert inspect(data, Limits()).frames == len(taken_apart(data)) == 30
    shown_ms = [frame.shown_ms for frame in taken_apart(film(wandering(50), per_second=25))]
    assert 29 <= len(shown_ms) <= 31
    assert sum(shown_ms) == pytest.approx(2000, abs=60)


@with_films
def test_a_film_that_is_damaged_or_something_else_is_not_a_picture() -> None:
    whole = film(wandering(20))
    sound_only = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0)
    for data in (whole[:200], sound_only + bytes(500), b"\x1aE\xdf\xa3" + bytes(range(256)) * 4):
        with pytest.raises(NotAPicture):
            inspect(data, Limits())
    rng = np.random.default_rng(3)
    for _ in range(20):
        broken = bytearray(whole)
        for place in rng.integers(40, len(whole), 30):
            broken[place] = rng.integers(256)
        try:
            assert len({frame.picture.size for frame in taken_apart(bytes(broken))}) == 1
        except (NotAPicture, TooManyFrames):
            continue


def test_without_a_reader_a_film_is_told_apart_from_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "INSTALLED", False)
    with pytest.raises(NotAPicture, match="a video"):
        inspect(struct.pack(">I4s4s", 16, b"ftyp", b"isom") + bytes(100), Limits())
    header = inspect(encoded(photo(), "GIF"), Limits())
    assert play([Frame(photo(), 50)] * 2, header, LABEL).media_type == "image/gif"
