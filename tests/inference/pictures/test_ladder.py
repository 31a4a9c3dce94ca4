"""Sizes repeat, aspects are kept, and nothing is stretched much, padded or enlarged."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.job import Crop, Options
from inference.pictures import Header, bucket
from inference.pictures.ladder import ACTIVATION_BYTES, SIDES, framed, result_size
from styles.card import Size

sizes = st.builds(
    Size,
    multiple=st.sampled_from([1, 4, 8, 32]),
    minimum=st.sampled_from([16, 64, 256]),
    best=st.sampled_from([256, 512, 1024]),
    activation_bytes_per_pixel=st.sampled_from([0.0, 50.0, 300.0, 1200.0]),
)
sides = st.integers(16, 9000)
headers = st.builds(Header, st.just("JPEG"), sides, sides).filter(
    lambda header: max(header.width, header.height) <= 20 * min(header.width, header.height)
)
options = st.builds(Options, max_side=st.integers(64, 4096), crop=st.sampled_from(Crop))


@given(headers, options, sizes)
def test_every_bucket_keeps_the_networks_terms(header: Header, options: Options, size: Size) -> None:
    height, width = bucket(header, options, size)
    assert height % size.multiple == width % size.multiple == 0
    assert min(height, width) >= size.minimum
    if size.minimum <= 64 and max(height, width) > SIDES[0]:
        assert height * width * size.activation_bytes_per_pixel <= ACTIVATION_BYTES * 1.1


@given(headers, options, sizes.filter(lambda size: size.multiple <= 8))
def test_the_stretch_is_small(header: Header, options: Options, size: Size) -> None:
    height, width = bucket(header, options, size)
    shown = framed(header, options)
    aspect = shown[0] / shown[1]
    stretch = max(width / height / aspect, aspect / (width / height))
    assert stretch <= (1.10 if 1 / 2.5 <= aspect <= 2.5 else 1.20)


@pytest.mark.parametrize("aspect", [(1, 1), (5, 4), (4, 3), (3, 2), (16, 9), (2, 1), (20, 9)])
def test_what_cameras_give_is_hardly_stretched(aspect: tuple[int, int]) -> None:
    width, height = aspect[0] * 200, aspect[1] * 200
    rows, columns = bucket(Header("JPEG", width, height), Options(), Size())
    assert isclose(columns / rows, width / height, rel_tol=0.015)


@given(headers, options)
def test_a_turned_photo_takes_the_turned_bucket(header: Header, options: Options) -> None:
    height, width = bucket(header, options, Size())
    assert bucket(Header("JPEG", header.height, header.width), options, Size()) == (width, height)


@given(sides, sides, st.integers(16, 4096))
def test_the_result_keeps_the_aspect_and_is_never_larger(width: int, height: int, bound: int) -> None:
    across, down = result_size(width, height, bound)
    assert across <= width
    assert down <= height
    assert max(across, down) == min(bound, max(width, height))
    scale = max(across, down) / max(width, height)
    assert abs(across - width * scale) <= 0.5 or across == 1
    assert abs(down - height * scale) <= 0.5 or down == 1


def test_photos_of_many_sizes_share_few_buckets() -> None:
    photos = [Header("JPEG", width, width * 3 // 4 + noise) for width in range(1000, 1300, 7) for noise in range(-5, 6)]
    assert len(photos) > 400
    assert len({bucket(photo, Options(), Size()) for photo in photos}) <= 2


def test_a_large_photo_runs_no_larger_than_the_network_looks_good() -> None:
    photo = Header("JPEG", 4000, 3000)
    assert bucket(photo, Options(), Size(best=1400)) == (1536, 2048)
    assert bucket(photo, Options(), Size(best=768)) == (960, 1280)
    assert bucket(photo, Options(max_side=640), Size(best=512)) == (480, 640)


def test_a_heavy_network_runs_smaller() -> None:
    height, width = bucket(Header("JPEG", 4000, 3000), Options(), Size(best=1024, activation_bytes_per_pixel=2000))
    assert height * width * 2000 <= ACTIVATION_BYTES
    assert width >= 512


def test_an_avatar_runs_square() -> None:
    assert bucket(Header("JPEG", 1200, 900), Options(crop=Crop.AVATAR, max_side=640), Size()) == (640, 640)
