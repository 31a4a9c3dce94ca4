"""Our generator in each of its forms: what a recipe may choose keeps the contract of a network."""

import pytest
import torch
from torch import Tensor

from styles.measure import measure
from styles.networks.norm import PictureNorm
from styles.networks.small import SmallNet

FORMS = [
    {},
    {"norm": "layer"},
    {"skip": True},
    {"norm": "layer", "skip": True, "blocks": 2},
]


def photos(count: int = 2, height: int = 24, width: int = 36) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


def generator(**form: object) -> SmallNet:
    torch.manual_seed(0)
    return SmallNet(**{"width": 6, "deep": 8, "fine": 4, **form}).eval()  # type: ignore[arg-type]  # the forms above are right


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_picture_keeps_its_shape_and_range(form: dict[str, object]) -> None:
    with torch.no_grad():
        results = generator(**form)(photos())
    assert results.shape == photos().shape
    assert results.dtype == torch.float32
    assert 0 <= results.min() < results.max() <= 1


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_neighbours_in_a_batch_change_nothing(form: dict[str, object]) -> None:
    net = generator(**form)
    with torch.no_grad():
        together = net(photos())
        apart = torch.cat([net(photo[None]) for photo in photos()])
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=0)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_weight_learns(form: dict[str, object]) -> None:
    net = generator(**form).train()
    net(photos()).square().mean().backward()
    assert all(weight.grad is not None for weight in net.parameters())


def test_a_smooth_slope_shows_no_grid_of_pixels() -> None:
    """Repeated pixels would leave steps of two and four pixels on it, whatever the weights."""
    slope = torch.linspace(0, 1, 256).expand(1, 3, 256, 256)
    with torch.no_grad():
        painted = generator()(slope)[..., 64:-64, 64:-64]
    rises = painted.diff(dim=-1)
    assert rises.diff(dim=-1).abs().mean() < rises.abs().mean()


def test_the_norm_is_instance_norm_in_training_and_out_of_it() -> None:
    features = torch.randn(2, 6, 8, 8).contiguous(memory_format=torch.channels_last)
    expected = torch.nn.functional.instance_norm(features)
    norm = PictureNorm(6, 6)
    torch.testing.assert_close(norm.train()(features), expected)
    torch.testing.assert_close(norm.eval()(features), expected)


def test_the_largest_form_is_within_its_budget() -> None:
    cost = measure(SmallNet(skip=True))
    assert cost.gmac_512 <= 10
    assert cost.parameters <= 600_000
