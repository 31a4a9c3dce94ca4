"""The two rules that draw whole pictures before a training: stones in grout, and tubes in the night."""

import torch
from torch import Tensor

from styles.training.drawings.mosaic import Mosaic, Stones, chance, walls
from styles.training.drawings.neon import Neon


def plain(level: float) -> Tensor:
    return torch.full((1, 3, 64, 64), level)


def halves(left: float, right: float) -> Tensor:
    picture = plain(left)
    picture[..., 32:] = right
    return picture


def test_no_stone_reaches_over_an_edge() -> None:
    stones = Stones(halves(0.9, 0.1), 10, 6.0)
    for _ in range(4):
        stones.settle()
    left, right = (set(half.flatten().tolist()) for half in stones.owner[0].chunk(2, 1))
    assert not left & right
    assert len(left) >= 15
    assert walls(stones.owner)[0, 0, :, 32].all()


def test_a_stone_of_a_mosaic_has_one_colour_and_differs_a_little_from_the_next() -> None:
    drawn = Mosaic(size=16)(plain(0.5))[0, 0]
    inner = [float(drawn[row, column]) for row in (8, 24, 40, 56) for column in (8, 24, 40, 56)]
    assert 0.02 < torch.tensor(inner).std() < 0.15
    assert drawn.min() < 0.35 < 0.42 < min(inner)  # grout


def test_chance_is_even_without_order_and_always_the_same() -> None:
    drawn = chance(4000, 1)
    assert drawn.min() >= -0.5
    assert drawn.max() < 0.5
    assert drawn.mean().abs() < 0.02
    assert abs(float(drawn.std()) - 12**-0.5) < 0.01
    for step in (1, 2, 32):
        assert torch.corrcoef(torch.stack([drawn[step:], drawn[:-step]]))[0, 1].abs() < 0.06
    assert torch.equal(drawn, chance(4000, 1))
    assert not torch.equal(drawn, chance(4000, 2))


def test_stones_of_some_photos_do_not_move_for_others() -> None:
    draws = torch.rand(2, 3, 48, 64, generator=torch.Generator().manual_seed(1))
    together, alone = Mosaic()(draws)[1:], Mosaic()(draws[1:])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-6)  # some processors round them differently


def test_neon_is_dark_where_the_photo_is_flat_and_glows_along_contours() -> None:
    assert Neon()(plain(0.6)).max() < 0.2
    drawn = Neon()(halves(0.8, 0.3))
    assert drawn[..., 28:37].max() > 0.9
    assert drawn[..., :8].max() < 0.35  # no more than the light around a tube
    assert Neon(glow=0)(halves(0.8, 0.3))[..., :8].max() < 0.2


def test_a_tube_has_the_hue_of_the_photo() -> None:
    photo = halves(0.7, 0.2)
    photo[:, 1:, :, :32] = 0.1
    red, green, blue = Neon()(photo)[0, :, :, 26:40].mean((1, 2))
    assert red > 1.5 * max(green, blue)
