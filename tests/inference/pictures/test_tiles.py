"""A giant comes apart and is put together: every pixel once, each far from its tile's edge, broad strokes kept."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inference.pictures import Broad, tiles, window
from inference.pictures.tones import detail_reach, detailed

sides = st.integers(16, 3000)
steps = st.sampled_from([8, 24, 32])


@given(sides, sides, st.integers(256, 800), st.integers(0, 300), steps)
def test_every_pixel_is_kept_once_and_far_from_an_edge(
    width: int, height: int, side: int, halo: int, step: int
) -> None:
    found = tiles((width, height), side=side, halo=halo, step=step)
    covered = np.zeros((height, width), np.uint8)
    for tile in found:
        left, top, right, bottom = tile.kept
        covered[top:bottom, left:right] += 1
        for low, high, first, last, length in (
            (tile.window[0], tile.window[2], left, right, width),
            (tile.window[1], tile.window[3], top, bottom, height),
        ):
            assert low % step == (high - low) % step == 0
            assert first < last
            assert low == 0 or first - low >= halo
            assert high >= length or high - last >= halo
            assert low >= 0
            assert high <= ceil(length / step) * step
    assert (covered == 1).all()
    assert len({(right - left, bottom - top) for left, top, right, bottom in (tile.window for tile in found)}) == 1


def test_what_ends_beyond_the_picture_is_mirrored() -> None:
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8))
    seen = window(photo, (16, 8, 32, 24))
    assert seen.shape == (16, 16, 3)
    inside = np.asarray(photo)
    assert (seen[:12, :14] == inside[8:, 16:]).all()
    assert (seen[12:, :14] == inside[18:14:-1, 16:]).all()
    assert (seen[:12, 14:] == inside[8:, 28:26:-1]).all()


@pytest.fixture(scope="module")
def strokes() -> tuple[Image.Image, Image.Image]:
    """A small picture, and a giant of the same place, noisy."""
    noise = np.random.default_rng(1).integers(0, 256, (12, 20, 3), np.uint8)
    small = Image.fromarray(noise).resize((160, 96), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(2).integers(0, 80, (384, 640, 3), np.uint8)
    return small, Image.fromarray(grain)


def test_strokes_refined_in_parts_are_those_refined_at_once(strokes: tuple[Image.Image, Image.Image]) -> None:
    small, fine = strokes
    broad = Broad(small, fine.size, 160)
    whole = np.asarray(broad.refined(np.asarray(fine), (0, 0, 640, 384)), int)
    for tile in tiles(fine.size, side=200, halo=broad.reach, step=8):
        part = broad.refined(window(fine, tile.window), tile.window).crop(tile.shown)
        left, top, right, bottom = tile.kept
        assert np.abs(np.asarray(part, int) - whole[top:bottom, left:right]).max() <= 1


def test_refined_strokes_look_from_afar_as_broad_and_near_as_fine(strokes: tuple[Image.Image, Image.Image]) -> None:
    small, fine = strokes
    refined = Broad(small, fine.size, 160).refined(np.asarray(fine), (0, 0, 640, 384))
    afar = np.asarray(refined.resize((40, 24), Image.Resampling.BOX), float)
    assert np.abs(afar - np.asarray(small.resize((40, 24), Image.Resampling.BOX), float)).mean() < 3
    grain = [np.abs(np.diff(np.asarray(each, float), axis=1)).mean() for each in (refined, fine)]
    assert grain[0] > 0.7 * grain[1]


def test_detail_in_parts_is_the_detail_of_the_whole(strokes: tuple[Image.Image, Image.Image]) -> None:
    _, fine = strokes
    photo = fine.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    whole = np.asarray(detailed(fine, photo, 0.7), int)
    reach = detail_reach(640)
    box = (200, 100, 300, 200)
    wider = (box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach)
    part = detailed(fine.crop(wider), photo.crop(wider), 0.7, 640).crop((reach, reach, reach + 100, reach + 100))
    assert np.abs(np.asarray(part, int) - whole[100:200, 200:300]).max() <= 1
