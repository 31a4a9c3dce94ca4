"""Parts of a picture, painted with the statistics of the whole, are the whole."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from styles.library import Library
from styles.networks import NETWORKS, network
from styles.style import Style
from styles.tiling import Thumbnail, Tile, reach
from tests.styles.making import SMALL, card, generator

CPU = torch.device("cpu")
TILED = [known.name for known in NETWORKS if known.reach]
PACKS = [card.id for card in Library.open().cards() if network(card.network).reach]
STEP = 16
BF16 = 1e-2
"""Kernels sum in another order for another size: here and there a value is rounded to its neighbour, 2 of 255 steps."""


def pictures(height: int, width: int) -> Tensor:
    """Smooth shapes and some noise: flat colours would hide a seam, and so would noise alone."""
    torch.manual_seed(3)
    broad = torch.nn.functional.interpolate(torch.rand(1, 3, 6, 8), (height, width), mode="bicubic")
    return (0.8 * broad + 0.2 * torch.rand(1, 3, height, width)).clamp(0, 1)


def codes_for(style: Style) -> tuple[Tensor, ...]:
    return (style.encode(pictures(48, 48).flip(1)),) if style.code_size else ()


def cuts(length: int, window: int, halo: int) -> Iterator[tuple[int, int, int]]:
    """Where a window begins, and which of its places are kept."""
    start, kept = 0, 0
    while True:
        end = length if start + window >= length else start + window - halo
        yield start, kept, end
        if end == length:
            return
        start, kept = (end - halo) // STEP * STEP, end


def tiled(style: Style, image: Tensor, halo: int, window: int, *codes: Tensor) -> Tensor:
    """The picture, painted in windows of which no more than what lies ``halo`` inside is kept."""
    out = torch.full_like(image, float("nan"))
    height, width = image.shape[2:]
    for top, first, last in cuts(height, window, halo):
        for left, begin, end in cuts(width, window, halo):
            part = style(image[..., top : top + window, left : left + window], *codes)
            out[..., first:last, begin:end] = part[..., first - top : last - top, begin - left : end - left]
    return out


@pytest.mark.parametrize("name", TILED)
def test_the_reach_is_where_a_pixels_influence_ends(name: str) -> None:
    """What is not a number spreads to whatever depends on it, however little that is."""
    style = Style(card(name=name), generator(name), CPU)
    image = torch.rand(1, 3, 32, 512, generator=torch.Generator().manual_seed(1))
    codes = codes_for(style)
    thumbnail = Thumbnail(style)
    thumbnail(image, *codes)
    part = Tile(style, thumbnail.statistics)
    furthest = 0
    for column in range(256, 256 + STEP):
        struck = image.clone()
        struck[..., column] = float("nan")
        with torch.inference_mode():
            touched = torch.isnan(part.module(struck, *codes)).any(dim=(0, 1, 2)).nonzero().flatten()
        furthest = max(furthest, column - int(touched.min()), int(touched.max()) - column)
    assert furthest == reach(style.card)


@pytest.mark.parametrize("name", TILED)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_tiles_of_every_network_make_the_whole(name: str, dtype: torch.dtype) -> None:
    style = Style(card(name=name), generator(name), CPU, dtype)
    halo = -(-(reach(style.card) or 0) // STEP) * STEP
    image, codes = pictures(4 * halo, 5 * halo + STEP), codes_for(style)
    thumbnail = Thumbnail(style)
    small = thumbnail(torch.nn.functional.interpolate(image, scale_factor=0.5), *codes)
    assert small.isfinite().all()
    part = Tile(style, thumbnail.statistics)

    whole = part(image, *codes)
    together = tiled(part, image, halo, 3 * halo, *codes)

    assert whole.std() > 0.005
    torch.testing.assert_close(together, whole, atol=1e-5 if dtype is torch.float32 else BF16, rtol=0)


@pytest.mark.parametrize("pack", PACKS)
def test_tiles_of_every_shipped_pack_leave_no_seam(pack: str) -> None:
    """Across a tile's edge neighbours differ by no more than across any other line."""
    style = Library.open().load(pack, device=CPU, dtype=torch.bfloat16)
    halo = -(-(reach(style.card) or 0) // STEP) * STEP
    image, codes = pictures(128, 5 * halo), codes_for(style)
    thumbnail = Thumbnail(style)
    thumbnail(torch.nn.functional.interpolate(image, scale_factor=0.5), *codes)
    part = Tile(style, thumbnail.statistics)

    whole, together = part(image, *codes), tiled(part, image, halo, 3 * halo, *codes)

    edges = [kept for _, kept, _ in cuts(image.shape[3], 3 * halo, halo) if kept]
    steps = together.diff(dim=3).abs().mean(dim=(0, 1, 2))
    same = whole.diff(dim=3).abs().mean(dim=(0, 1, 2))
    assert edges
    torch.testing.assert_close(together, whole, atol=BF16, rtol=0)
    assert (together - whole).abs().mean() < 1e-3
    for edge in edges:
        assert steps[edge - 1] <= same[edge - 1] + 1e-3


def test_a_part_alone_would_be_another_picture() -> None:
    """Else the statistics would not matter, and these tests would show nothing."""
    style = Library.open().load("anime", device=CPU, dtype=torch.float32)
    image = pictures(128, 256)
    image[..., 128:] *= 0.2
    thumbnail = Thumbnail(style)
    whole = thumbnail(image)
    torch.testing.assert_close(whole, style(image), atol=1e-5, rtol=0)
    left = slice(0, 64)

    shared = Tile(style, thumbnail.statistics)(image[..., :128])[..., left]
    alone = style(image[..., :128])[..., left]

    assert (shared - whole[..., left]).abs().max() < 1e-4
    assert (alone - whole[..., left]).abs().mean() > 0.01


def test_a_twin_shares_the_weights_and_nothing_else() -> None:
    style = Style(card(), generator(), CPU)
    image = pictures(64, 64)
    before = style(image)
    thumbnail = Thumbnail(style)
    thumbnail(image * 0.3)
    part = Tile(style, thumbnail.statistics)
    assert not torch.equal(part(image), before)
    assert torch.equal(style(image), before)
    assert {each.data_ptr() for each in part.module.parameters()} == {
        each.data_ptr() for each in style.module.parameters()
    }


def test_the_statistics_are_of_one_picture() -> None:
    with pytest.raises(ValueError, match="one picture"):
        Thumbnail(Style(card(), generator(), CPU))(pictures(32, 32).repeat(2, 1, 1, 1))


def test_networks_that_look_at_the_whole_picture_or_at_none_are_not_painted_in_parts() -> None:
    whole = {name for name in SMALL if reach(card(name=name)) is None}

    assert whole == {"pix2pix", "animegan2", "scenes", "stylegan2"}
