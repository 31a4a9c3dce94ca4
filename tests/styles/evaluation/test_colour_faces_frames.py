"""Colours, faces and motion, where the answer is known."""

import pytest
import torch
from skimage.color import deltaE_cie76, rgb2lab
from torch import Tensor

from styles.evaluation.colour import colour_shift, lab
from styles.evaluation.faces import Box, FaceFinder
from styles.evaluation.frames import frame_difference, warp_error, window
from styles.samples import sample


def flat(*colour: float) -> Tensor:
    return torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, 96, 96)


def test_colours_of_a_photo_are_those_of_scikit_image() -> None:
    photo = sample("coffee")
    expected = rgb2lab(photo[0].permute(1, 2, 0).double().numpy())
    assert abs(lab(photo) - expected).max() < 0.5


def test_from_black_to_white_is_a_hundred() -> None:
    assert colour_shift(flat(0, 0, 0), flat(1, 1, 1)) == pytest.approx(100, abs=0.1)


def test_two_flat_colours_are_their_cie_1976_difference_apart() -> None:
    one, other = (0.8, 0.3, 0.2), (0.2, 0.4, 0.7)
    expected = float(deltaE_cie76(rgb2lab(list(one)), rgb2lab(list(other))))  # type: ignore[no-untyped-call]  # untyped there
    assert colour_shift(flat(*one), flat(*other)) == pytest.approx(expected, abs=0.2)


def test_strokes_are_no_shift_of_colour() -> None:
    photo = sample("astronaut")
    stripes = 0.02 * (1 - 2 * (torch.arange(512) % 2).float())
    assert colour_shift(photo, photo) == 0
    assert colour_shift((photo + stripes).clamp(0, 1), photo) < 0.5
    assert colour_shift(photo.flip(1), photo) > 10


def test_boxes_that_share_enough_show_one_face() -> None:
    box = Box(100, 100, 60, 60)
    assert box.same(box)
    assert box.same(Box(110, 105, 60, 60))
    assert box.same(Box(108, 108, 44, 44))
    assert not box.same(Box(140, 100, 60, 60))
    assert not box.same(Box(300, 300, 60, 60))


def test_a_face_stays_a_face_until_it_is_gone() -> None:
    finder, photo = FaceFinder(), sample("astronaut")
    faces = finder.certain(photo)
    assert len(faces) == 1
    assert finder.still(faces, photo) == 1
    assert finder.still(faces, (photo * 0.7 + 0.1).flip(1)) == 1
    assert finder.still(faces, photo.roll((200, 200), (2, 3))) == 0
    erased = photo.clone()
    face = faces[0]
    erased[..., face.top : face.top + face.height, face.left : face.left + face.width] = 0.5
    assert finder.still(faces, erased) == 0


def test_where_there_is_no_face_none_is_lost() -> None:
    finder = FaceFinder()
    assert finder.certain(sample("coffee")) == []
    assert finder.still([], sample("coffee")) == 0


def test_what_follows_the_picture_holds_still() -> None:
    canvas = sample("cat")
    before, after = window(canvas), window(canvas, 2)
    assert before.shape == after.shape == (1, 3, canvas.shape[2] - 2, canvas.shape[3] - 2)
    assert frame_difference(after, before, after, before) == 0
    assert warp_error(after, before, 2) == 0


def test_a_negative_moves_twice_as_much_but_with_the_picture() -> None:
    canvas = sample("cat")
    before, after = window(canvas), window(canvas, 1)
    motion = float((after - before).abs().mean())
    assert frame_difference(1 - after, 1 - before, after, before) == pytest.approx(2 * motion, rel=1e-4)
    assert warp_error(1 - after, 1 - before, 1) == 0


def test_a_pattern_that_sticks_to_the_screen_is_a_warp_error() -> None:
    canvas = torch.full((1, 3, 66, 66), 0.5)
    screen = (torch.arange(64) % 2).float().mul(0.25).expand(1, 3, 64, 64)
    before, after = window(canvas) + screen, window(canvas, 1) + screen
    assert frame_difference(after, before, window(canvas, 1), window(canvas)) == 0
    assert warp_error(after, before, 1) == pytest.approx(0.25)
    assert warp_error(after, before, 2) == 0
