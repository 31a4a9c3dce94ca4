"""One style of the painter for any style, and any style from the painter of one."""

from typing import Any

import pytest
import torch

from styles.networks import baking
from styles.networks.arbitrary import ArbitraryNet
from styles.networks.small import SmallNet


@pytest.mark.parametrize("options", [{}, {"width": 8, "deep": 16, "fine": 12, "blocks": 3}])
@pytest.mark.parametrize("size", [(64, 64), (48, 96)])
def test_what_is_baked_paints_as_the_code_does(options: dict[str, int], size: tuple[int, int]) -> None:
    module = ArbitraryNet(**options).eval()
    with torch.no_grad():
        module.tune.weight.normal_(std=0.3)  # so that scales and shifts are far from 1 and 0
        module.tune.bias.normal_(std=0.3)
    one, two = module.encode(torch.rand(2, 3, 64, 48)).detach()
    code, images = (one + two) / 2, torch.rand(2, 3, *size)

    small = SmallNet(**baking.options(module)).eval()
    small.load_state_dict(baking.baked(module, code))

    with torch.inference_mode():
        wanted = module(images, code.expand(2, -1))
        painted = small(images)
        other = module(images, 2 * code.expand(2, -1))
    torch.testing.assert_close(painted, wanted, rtol=0, atol=1e-5)
    assert (painted - other).abs().max() > 0.05


def test_a_painter_for_any_style_begins_with_the_brush_of_one() -> None:
    options: dict[str, Any] = {"width": 8, "deep": 16, "fine": 12, "blocks": 3}
    small, module = SmallNet(**options, banded=True).eval(), ArbitraryNet(**options).eval()
    with torch.no_grad():
        for weights in small.parameters():
            weights.normal_(std=0.3)
        module.tune.weight.zero_()  # so that the code tells colours alone
    baking.give(module, small.state_dict())
    code, images = module.encode(torch.rand(1, 3, 64, 48)).detach(), torch.rand(2, 3, 48, 64)
    small.moments.copy_(code[0, : small.moments.shape[0]])
    with torch.inference_mode():
        torch.testing.assert_close(module(images, code.expand(2, -1)), small(images), rtol=0, atol=1e-5)
