"""The layout that AnimeGANv2's PyTorch form publishes, spelled out here a second time, and compared."""

import re
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from styles.measure import measure
from styles.networks import Network, animegan2
from styles.pack import fitted

State = dict[str, Tensor]
ANIMEGAN2 = Network("animegan2", animegan2.AnimeNet, animegan2.read, 4, 16, "Chen, Liu and Chen, ISICA 2019")
WIDTH = 4
# name: channels taken, channels given (in widths; 3 is RGB), kernel
DRAWN = {
    "block_a.0": (0, 1, 7),
    "block_a.1": (1, 2, 3),
    "block_a.2": (2, 2, 3),
    "block_b.0": (2, 4, 3),
    "block_b.1": (4, 4, 3),
    "block_c.0": (4, 4, 3),
    "block_c.5": (8, 4, 3),
    "block_d.0": (4, 4, 3),
    "block_d.1": (4, 4, 3),
    "block_e.0": (4, 2, 3),
    "block_e.1": (2, 2, 3),
    "block_e.2": (2, 1, 7),
}
INVERTED = {"block_c.1": (4, 8), "block_c.2": (8, 8), "block_c.3": (8, 8), "block_c.4": (8, 8)}


def shapes(width: int) -> dict[str, tuple[int, ...]]:
    """Every weight of the published file with its shape."""
    found: dict[str, tuple[int, ...]] = {"out_layer.0.weight": (3, width, 1, 1)}

    def normed(convolution: str, norm: str, shape: tuple[int, ...]) -> None:
        found[f"{convolution}.weight"] = shape
        found[f"{norm}.weight"] = found[f"{norm}.bias"] = shape[:1]

    for name, (taken, given, kernel) in DRAWN.items():
        normed(f"{name}.1", f"{name}.2", (given * width, taken * width or 3, kernel, kernel))
    for name, (taken, given) in INVERTED.items():
        wide = 2 * taken * width
        normed(f"{name}.layers.0.1", f"{name}.layers.0.2", (wide, taken * width, 1, 1))
        normed(f"{name}.layers.1.1", f"{name}.layers.1.2", (wide, 1, 3, 3))
        found[f"{name}.layers.1.1.bias"] = (wide,)
        normed(f"{name}.layers.2", f"{name}.layers.3", (given * width, wide, 1, 1))
    return found


def published() -> State:
    """Random weights under the published keys."""
    made = torch.Generator().manual_seed(0)
    state = {name: torch.randn(shape, generator=made) / 3 for name, shape in shapes(WIDTH).items()}
    state["out_layer.0.weight"] *= 3  # so that the picture has contrast
    return state


def paints(state: State, images: Tensor) -> Tensor:
    """The published generator in plain calls."""

    def norm(x: Tensor, name: str) -> Tensor:
        scale, shift = (state[f"{name}.{kind}"][:, None, None] for kind in ("weight", "bias"))
        return functional.layer_norm(x, x.shape[1:]) * scale + shift

    def leaky(x: Tensor) -> Tensor:
        return torch.where(x > 0, x, x / 5)

    def drawn(x: Tensor, name: str, *, stride: int = 1) -> Tensor:
        margin = DRAWN[name][2] // 2
        pad = (0, 1, 0, 1) if stride == 2 else (margin,) * 4
        x = functional.conv2d(functional.pad(x, pad, mode="reflect"), state[f"{name}.1.weight"], stride=stride)
        return leaky(norm(x, f"{name}.2"))

    def inverted(x: Tensor, name: str) -> Tensor:
        wide = leaky(
            norm(torch.einsum("oi,nihw->nohw", state[f"{name}.layers.0.1.weight"][..., 0, 0], x), f"{name}.layers.0.2")
        )
        weight, bias = state[f"{name}.layers.1.1.weight"], state[f"{name}.layers.1.1.bias"]
        mirrored = functional.pad(wide, (1,) * 4, mode="reflect")
        wide = leaky(norm(functional.conv2d(mirrored, weight, bias, groups=len(weight)), f"{name}.layers.1.2"))
        narrow = norm(
            torch.einsum("oi,nihw->nohw", state[f"{name}.layers.2.weight"][..., 0, 0], wide), f"{name}.layers.3"
        )
        return x + narrow if x.shape == narrow.shape else narrow

    x = drawn(images * 2 - 1, "block_a.0")
    x = half = drawn(drawn(x, "block_a.1", stride=2), "block_a.2")
    x = drawn(drawn(x, "block_b.0", stride=2), "block_b.1")
    x = drawn(x, "block_c.0")
    for name in INVERTED:
        x = inverted(x, name)
    x = drawn(x, "block_c.5")
    x = drawn(drawn(between(x, half.shape[-2:]), "block_d.0"), "block_d.1")
    x = between(x, images.shape[-2:])
    for name in ("block_e.0", "block_e.1", "block_e.2"):
        x = drawn(x, name)
    return (torch.tanh(functional.conv2d(x, state["out_layer.0.weight"])) + 1) / 2


def between(x: Tensor, size: torch.Size) -> Tensor:
    """Bilinear, corner on corner: row and column by a matrix of weights each."""
    rows, columns = (weights(old, new) for old, new in zip(x.shape[-2:], size, strict=True))
    return torch.einsum("Hh,nchw,Ww->ncHW", rows, x, columns)


def weights(old: int, new: int) -> Tensor:
    places = torch.linspace(0, old - 1, new)
    return (1 - (places[:, None] - torch.arange(old)).abs()).clamp(min=0)


def read(state: State) -> tuple[dict[str, Any], torch.nn.Module]:
    options, plain = animegan2.read(state)
    return options, fitted(ANIMEGAN2, options, plain).eval()


@pytest.mark.parametrize(("height", "width"), [(32, 48), (64, 16), (33, 50)])
def test_it_paints_what_is_published(height: int, width: int) -> None:
    state, images = published(), torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(1))

    options, module = read(state)

    assert options == {"width": WIDTH}
    expected = paints(state, images)
    assert expected.std() > 0.05
    torch.testing.assert_close(module(images), expected, atol=2e-4, rtol=0)


def test_the_keys_and_the_size_are_the_published_ones() -> None:
    with torch.device("meta"):
        module = animegan2.AnimeNet()

    cost = measure(module)

    assert {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()} == shapes(32)
    assert cost.parameters == 2_143_552
    assert cost.gmac_512 == pytest.approx(105, abs=0.5)


def test_a_checkpoint_from_several_gpus_is_read() -> None:
    image = torch.rand(1, 3, 32, 32)

    _, module = read({f"module.{name}": tensor for name, tensor in published().items()})

    assert torch.equal(module(image), read(published())[1](image))


@pytest.mark.parametrize(
    ("state", "phrase"),
    [
        ({"conv1.weight": torch.ones(1)}, r"it has no block_a\.0\.1\.weight"),
        ({"block_a.0.1.weight": torch.ones(3)}, "1 dimensions instead of 4"),
        (published() | {"block_f.0.1.weight": torch.ones(1)}, r"its block_f\.0\.1\.weight is not one of the network's"),
        (
            published() | {"out_layer.0.weight": torch.ones(1, 4, 1, 1)},
            re.escape("[1, 4, 1, 1] instead of [3, 4, 1, 1]"),
        ),
        (published() | {"block_a.0.2.bias": torch.full((4,), torch.inf)}, "not finite"),
    ],
    ids=["other keys", "rank", "a block more", "wrong shape", "infinite"],
)
def test_what_is_not_an_animegan2_is_refused_in_a_phrase(state: State, phrase: str) -> None:
    with pytest.raises(ValueError, match=phrase):
        read(state)
