"""Every rule draws from any photo, and each draws what its name says."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from styles.errors import BrokenPack
from styles.table import Table
from styles.training import perception
from styles.training.colours import smooth
from styles.training.drawings import DRAWINGS
from styles.training.drawings.cartoon import Cartoon
from styles.training.drawings.comic import Comic
from styles.training.drawings.filters import box, stepped
from styles.training.drawings.ink import Ink
from styles.training.drawings.pencil import Pencil
from styles.training.drawings.pop import SCREENS, Pop
from styles.training.drawings.strokes import along, flow, streaks
from styles.training.drawings.watercolour import Watercolour
from styles.training.drawings.woodblock import INKS, Woodblock
from styles.training.drawings.woodcut import Woodcut
from styles.training.losses import LOSSES
from styles.training.scene import Scene


def photos(count: int = 2, height: int = 48, width: int = 64) -> Tensor:
    """Soft random blots with some grain, each another one."""
    draws = torch.Generator().manual_seed(5)
    coarse = torch.rand(count, 3, 6, 8, generator=draws)
    soft = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic")
    return (soft + 0.05 * torch.rand(count, 3, height, width, generator=draws)).clamp(0, 1)


def plain(level: float) -> Tensor:
    return torch.full((1, 3, 32, 32), level)


def halves(left: float, right: float) -> Tensor:
    picture = plain(left)
    picture[..., 16:] = right
    return picture


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize(("height", "width"), [(32, 32), (33, 47), (96, 64)])
def test_a_drawing_is_a_picture_of_the_photos_size(name: str, height: int, width: int) -> None:
    drawn = DRAWINGS[name](photos(2, height, width))
    assert drawn.shape == (2, 3, height, width)
    assert drawn.dtype == torch.float32
    assert 0 <= drawn.min() < drawn.max() <= 1


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_photo_of_nothing_can_be_drawn(name: str, level: float) -> None:
    drawn = DRAWINGS[name](plain(level))
    assert drawn.isfinite().all()
    assert 0 <= drawn.min() <= drawn.max() <= 1


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_the_same_every_time_and_with_any_neighbours(name: str) -> None:
    together = DRAWINGS[name](photos())
    assert torch.equal(together, DRAWINGS[name](photos()))
    alone = torch.cat([DRAWINGS[name](photo[None]) for photo in photos()])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_photo_is_left_as_it_is(name: str) -> None:
    seen = photos()
    DRAWINGS[name](seen)
    assert torch.equal(seen, photos())


def test_a_recipe_sets_parameters_of_a_rule() -> None:
    assert Cartoon().read(Table("recipe", "", {"radius": 5, "other": 1})) == Cartoon(radius=5)
    assert DRAWINGS["cartoon"].read(Table("recipe", "", {})) is not None
    for wrong in (0, 33, 2.5, "wide"):
        with pytest.raises(BrokenPack, match=r"`drawn\.radius` must be a whole number from 1 to 32"):
            Cartoon().read(Table("recipe", "drawn.", {"radius": wrong}))


def test_the_loss_is_nothing_for_the_drawing_and_takes_the_parameters_of_its_rule(vgg: Path) -> None:
    eyes = {"vgg19_normalised": perception.load("vgg19_normalised", vgg)}
    values = {"weight": 1.0, "rule": "cartoon", "tones": 6}
    loss = LOSSES["drawn"].read(Table("recipe", "losses.drawn.", values))
    photo = smooth(photos())
    drawn = Cartoon(tones=6)(photo)
    assert loss(Scene(photo, drawn, photo, eyes, {})) == 0
    assert loss(Scene(photo, Cartoon()(photo), photo, eyes, {})) > 0.01


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"rule": "doodle"}, "`losses.drawn.rule` must be one of cartoon"),
        ({"rule": "cartoon", "cells": 3}, "`losses.drawn.cells` is not a known key"),
        ({}, "`losses.drawn.rule` is missing"),
    ],
)
def test_the_loss_refuses_what_its_rule_does_not_know(values: dict[str, object], reason: str) -> None:
    with pytest.raises(BrokenPack, match=reason):
        LOSSES["drawn"].read(Table("recipe", "losses.drawn.", {"weight": 1.0, **values}))


def test_a_box_is_the_mean_of_what_lies_in_the_picture() -> None:
    picture = photos()
    square = box(picture, 2)
    torch.testing.assert_close(square[:, :, 10, 20], picture[:, :, 8:13, 18:23].mean((2, 3)))
    torch.testing.assert_close(square[:, :, 0, 63], picture[:, :, :3, 61:].mean((2, 3)))


def test_the_flow_runs_along_an_edge_and_smoothing_along_it_keeps_the_edge() -> None:
    edge = halves(0.8, 0.3)[:, :1].transpose(2, 3)  # the upper half is light
    way = flow(edge, 1.0)
    torch.testing.assert_close(way[0, 0, 16].abs(), torch.ones(32), atol=1e-3, rtol=0)
    noisy = edge + 0.1 * torch.rand(edge.shape, generator=torch.Generator().manual_seed(2))
    calm = along(noisy, way, 5)
    assert (calm[..., 15, 8:-8] - calm[..., 16, 8:-8]).min() > 0.4
    assert calm[..., 15, 8:-8].std() < noisy[..., 15, 8:-8].std() / 1.5


def test_a_hand_leans_where_the_picture_has_no_direction() -> None:
    right, down = flow(plain(0.5)[:, :1], 1.0, hand=0.03)[0, :, 16, 16]
    assert float(right * down) == pytest.approx(-0.5, abs=1e-3)  # right and up, or left and down
    edge = halves(0.8, 0.3)[:, :1]
    assert flow(edge, 1.0, hand=0.03)[0, 1, :, 16].abs().min() > 0.95


def test_streaks_are_as_strong_in_faint_grain_and_run_along_the_flow() -> None:
    grain = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(3)) - 0.5
    level = torch.zeros(1, 2, 64, 64)
    level[:, 0] = 1
    strong, faint = (streaks(0.5 + part * grain, level, 5) for part in (0.8, 0.4))
    assert strong.std() == pytest.approx(1, abs=0.2)
    assert faint.std() > 0.9 * strong.std()
    assert strong.diff(dim=-1).std() < strong.diff(dim=-2).std() / 2


def test_tones_are_few_and_in_order() -> None:
    ramp = torch.linspace(0, 1, 401)
    told = stepped(ramp, 4)
    assert (told.diff() >= 0).all()
    assert stepped(torch.tensor([0.0, 0.25, 0.5, 0.75]), 4).tolist() == pytest.approx([0, 0.25, 0.5, 0.75], abs=0.01)
    level = told[told.diff(prepend=told[:1]) < 1e-3]
    assert len(set(level.mul(20).round().tolist())) <= 5
    assert len(level) > len(ramp) / 3
    assert torch.equal(stepped(ramp, 0), ramp)


def test_a_cartoon_levels_what_is_faint_and_inks_what_is_strong() -> None:
    faint = plain(0.6) + 0.02 * (torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1)) - 0.5)
    drawn = Cartoon()(halves(0.8, 0.3))
    assert Cartoon()(faint).std() < faint.std() / 2
    assert drawn[..., 16].max() < 0.2 < 0.4 < drawn[..., 24].min()  # ink on the dark side, none in the area
    assert drawn[..., 24].min() > 0.3  # the shadow is lighter than the photo's
    assert drawn[..., 4].min() > 0.75


def test_a_comic_is_bolder_than_its_photo() -> None:
    drawn = Comic()(halves(0.9, 0.5))
    assert drawn[..., 15:18].min() < 0.1 < 0.4 < drawn[..., 26:].min()  # a line between the two, no ink in the darker
    assert Comic()(plain(0.1)).max() < 0.05  # a shadow is all ink
    skin = plain(0.6) + torch.tensor([0.2, 0.0, -0.1]).view(1, 3, 1, 1)
    told = Comic()(skin)[..., 16, 16]
    assert told.max() - told.min() > 0.35


def test_ink_is_grey_on_warm_paper_and_a_pure_red_is_cinnabar() -> None:
    drawn = Ink()(photos().mean(1, keepdim=True).expand(-1, 3, -1, -1))
    spread = drawn.amax(1) - drawn.amin(1)
    assert spread.max() < 0.08
    white = Ink()(plain(0.9))
    assert white.min() > 0.85
    assert (white[:, 0] > white[:, 2]).all()
    red = plain(0.1)
    red[:, 0] = 0.8
    painted = Ink()(red)[0, :, 16, 16]
    assert painted[0] > 2 * painted[1:].max()
    assert Ink(cinnabar=0)(red)[0, :, 16, 16].diff().abs().max() < 0.08


def test_a_pencil_has_no_colour_and_leaves_even_areas_paper() -> None:
    drawn = Pencil()(photos())
    assert (drawn.amax(1) - drawn.amin(1)).max() < 0.05
    shades = [float(Pencil()(plain(level)).mean()) for level in (0.25, 0.5, 0.75, 1.0)]
    assert shades == sorted(shades)
    assert shades[0] > 0.7  # even what is dark, where it is even
    assert Pencil()(halves(0.9, 0.4))[..., 15:18].min() < 0.4  # a contour is a dark line


def test_a_woodcut_has_two_tones() -> None:
    drawn = Woodcut()(photos())
    brightness = drawn.mean(1)
    assert ((brightness < 0.25) | (brightness > 0.75)).float().mean() > 0.8
    assert Woodcut()(plain(0.05)).max() < 0.15
    assert Woodcut()(plain(0.95)).min() > 0.75


def test_a_watercolour_is_light_and_its_washes_are_darkest_at_their_edges() -> None:
    assert Watercolour()(plain(0.9)).min() > 0.9  # white paper
    assert Watercolour(pen=0)(plain(0.05)).min() > 0.3  # no black
    drawn = Watercolour(pen=0)(halves(0.9, 0.3)).mean((0, 1, 2))
    assert drawn[16:20].min() < drawn[26:].mean() - 0.03


def test_a_woodblock_print_knows_the_printers_inks_alone() -> None:
    flat = torch.rand(8, 3, 1, 1, generator=torch.Generator().manual_seed(2)).expand(8, 3, 32, 32)
    printed = Woodblock(crisp=1000)(flat)[..., 16, 16]
    assert torch.cdist(printed, torch.tensor(INKS)).amin(1).median() < 0.01
    assert Woodblock()(halves(0.9, 0.3))[..., 15:18].min() < 0.2  # and a dark line between two areas


def test_pop_art_prints_every_light_in_a_screen_of_its_own() -> None:
    lights = [0.36, 0.51, 0.70, 0.90]
    printed = torch.stack([Pop(crisp=1000)(plain(level))[0, :, 16, 16] for level in lights])
    torch.testing.assert_close(printed, torch.tensor(SCREENS)[2:], atol=0.02, rtol=0)
    assert Pop()(halves(0.9, 0.5))[..., 15:18].amin() < 0.2  # and a key line between two
