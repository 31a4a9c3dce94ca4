"""What stands still in the photo stands still in the result; what moves is not held back."""

import numpy as np
from PIL import Image

from inference.pictures import Steady
from tests.inference.animated import Movie, wandering

NOISE = np.random.default_rng(0)


def painted(frame: Image.Image, drift: float) -> Image.Image:
    """As a generator does it: other colours, which are never quite the same, and strokes out of noise."""
    pixels = 255 - np.asarray(frame.convert("RGB"), float)
    pixels = pixels * (1 + drift / 100) + drift + NOISE.normal(0, 4, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).round().astype(np.uint8))


def watched(photos: list[Image.Image], styled: list[Image.Image]) -> Movie:
    steady = Steady()
    return np.stack([np.asarray(steady.next(*pair), float) for pair in zip(styled, photos, strict=True)])


def flicker(movie: Movie) -> float:
    return float(np.abs(np.diff(movie, axis=0)).mean())


def test_a_still_ground_no_longer_flickers_and_what_moves_is_where_it_should_be() -> None:
    photos = wandering(8, 192, 128)
    styled = [painted(frame, 6 * (-1) ** step) for step, frame in enumerate(photos)]
    before, after = np.stack([np.asarray(frame, float) for frame in styled]), watched(photos, styled)
    assert flicker(before[:, :50]) > 8
    assert flicker(after[:, :50]) < 0.5
    for frame, photo in zip(after, photos, strict=True):
        disc = np.asarray(photo.convert("RGB"))[..., 0] > 225
        disc &= np.asarray(photo.convert("RGB"))[..., 1] < 45
        wanted = 255 - np.array([230, 40, 30])
        assert np.abs(frame[disc].mean(axis=0) - wanted).max() < 25


def test_another_scene_is_shown_at_once() -> None:
    photos = [Image.new("RGB", (96, 64), colour) for colour in ("navy", "navy", "orange", "orange")]
    styled = [painted(frame, 0) for frame in photos]
    after = watched(photos, styled)
    assert np.abs(after[2].mean(axis=(0, 1)) - np.asarray(styled[2], float).mean(axis=(0, 1))).max() < 2


def test_a_slow_change_is_followed() -> None:
    photos = [Image.new("RGB", (96, 64), (60 + 3 * step,) * 3) for step in range(40)]
    styled = [painted(frame, 0) for frame in photos]
    after = watched(photos, styled)
    assert abs(after[-1].mean() - np.asarray(styled[-1], float).mean()) < 12


def test_transparency_is_each_frames_own() -> None:
    photos = wandering(4, clear=True)
    steady = Steady()
    for photo in photos:
        assert (np.asarray(steady.next(photo, photo))[..., 3] == np.asarray(photo)[..., 3]).all()
