"""The contract of a loaded style, kept for any module."""

import pytest
import torch
from torch import Tensor, nn

from styles.errors import NotPainted
from styles.style import Style, padding
from tests.styles.making import card

CPU = torch.device("cpu")


class Seen(nn.Module):
    """Gives back what it took, times a factor, and remembers it."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = factor
        self.took = torch.empty(0)

    def forward(self, images: Tensor) -> Tensor:
        self.took = images
        return images * self.factor


@pytest.mark.parametrize(
    ("side", "multiple", "minimum", "missing"),
    [(16, 4, 16, 0), (17, 4, 16, 3), (1, 4, 16, 15), (20, 32, 16, 12), (5, 4, 6, 3)],
)
def test_padding_reaches_the_next_multiple(side: int, multiple: int, minimum: int, missing: int) -> None:
    assert padding(side, multiple, minimum) == missing


def test_the_picture_is_mirrored_to_the_multiple_and_cut_back() -> None:
    module = Seen()
    picture = torch.rand(1, 3, 18, 30)

    styled = Style(card(), module, CPU)(picture)

    assert module.took.shape == (1, 3, 20, 32)
    assert torch.equal(module.took[..., 18, :30], picture[..., 16, :])
    assert torch.equal(styled, picture)


def test_a_picture_too_small_to_mirror_is_repeated() -> None:
    module = Seen()

    styled = Style(card(), module, CPU)(torch.full((1, 3, 1, 2), 0.25))

    assert module.took.shape == (1, 3, 16, 16)
    assert torch.equal(module.took, torch.full((1, 3, 16, 16), 0.25))
    assert styled.shape == (1, 3, 1, 2)


def test_what_leaves_the_range_is_clamped_and_the_input_stays_as_it_was() -> None:
    picture = torch.rand(1, 3, 16, 16)
    before = picture.clone()

    styled = Style(card(), Seen(3.0), CPU)(picture)

    assert torch.equal(styled, (before * 3).clamp(0, 1))
    assert torch.equal(picture, before)


def test_nothing_learns_and_nothing_is_tracked() -> None:
    style = Style(card(), nn.Sequential(nn.Conv2d(3, 3, 1), nn.Dropout(0.9)), CPU)

    styled = style(torch.rand(1, 3, 16, 16))

    assert not styled.requires_grad
    assert not any(parameter.requires_grad for parameter in style.module.parameters())
    assert not style.module.training


def test_half_precision_goes_in_and_float32_comes_out() -> None:
    module = Seen()

    styled = Style(card(), module, CPU, torch.bfloat16)(torch.rand(1, 3, 16, 16))

    assert module.took.dtype == torch.bfloat16
    assert styled.dtype == torch.float32


@pytest.mark.parametrize("factor", [float("nan"), float("inf")])
def test_values_that_are_not_numbers_are_no_picture(factor: float) -> None:
    with pytest.raises(NotPainted, match="“tiny” paints no picture: its values are not numbers"):
        Style(card(), Seen(factor), CPU)(torch.rand(1, 3, 16, 16))


@pytest.mark.parametrize(
    "images",
    [
        torch.rand(3, 16, 16),
        torch.rand(1, 1, 16, 16),
        torch.rand(1, 3, 0, 16),
        torch.rand(0, 3, 16, 16),
        torch.zeros(1, 3, 16, 16, dtype=torch.uint8),
    ],
    ids=["no batch", "grey", "no height", "no pictures", "bytes"],
)
def test_what_is_no_batch_of_pictures_is_refused(images: Tensor) -> None:
    with pytest.raises(ValueError, match="floating point N x 3 x H x W"):
        Style(card(), Seen(), CPU)(images)
