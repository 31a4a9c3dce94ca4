"""Costs, on networks small enough to count by hand."""

import torch
from torch import Tensor, nn

from styles.measure import measure
from styles.networks.fast_neural_style import TransformerNet


def test_one_convolution_is_counted_by_hand() -> None:
    cost = measure(nn.Conv2d(3, 10, 3, padding=1))

    assert cost.parameters == 3 * 10 * 9 + 10
    assert cost.gmac_512 == round(3 * 10 * 9 * 512**2 / 1e9, 3)
    assert cost.activation_bytes_per_pixel == 10 * 4


def test_what_is_alive_at_once_counts_and_what_is_gone_does_not() -> None:
    def layer(taken: int) -> nn.Module:
        return nn.Conv2d(taken, 8, 1)

    assert measure(nn.Sequential(layer(3), layer(8))).activation_bytes_per_pixel == 2 * 8 * 4
    assert measure(nn.Sequential(layer(3), *(layer(8) for _ in range(9)))).activation_bytes_per_pixel == 2 * 8 * 4
    assert measure(nn.Sequential(layer(3), nn.ReLU(inplace=True))).activation_bytes_per_pixel == 8 * 4


def test_what_a_network_keeps_for_later_stays_counted() -> None:
    class Skip(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second, self.third = nn.Conv2d(3, 8, 1), nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 1)

        def forward(self, images: Tensor) -> Tensor:
            kept = self.first(images)
            added: Tensor = self.third(self.second(kept)) + kept
            return added

    assert measure(Skip()).activation_bytes_per_pixel == 3 * 8 * 4


def test_the_published_network_has_its_known_size() -> None:
    cost = measure(TransformerNet())

    assert cost.parameters == 1_679_235
    assert 40 < cost.gmac_512 < 41


def test_measuring_leaves_the_module_as_it_was() -> None:
    module = nn.Conv2d(3, 3, 1).half().train()

    measure(module)

    assert module.training
    assert module.weight.device.type == "cpu"
    assert module.weight.dtype == torch.float16
