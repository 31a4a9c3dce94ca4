"""The layout that Pix2Pix publishes, spelled out here a second time; and why its pictures stand still here."""

import re
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from styles.measure import measure
from styles.networks import Network, network, pix2pix
from styles.pack import fitted

State = dict[str, Tensor]
PIX2PIX = Network("pix2pix", pix2pix.UnetGenerator, pix2pix.read, 4, 256, "arXiv:1611.07004")
WIDTH = 2
every_form = pytest.mark.parametrize(
    ("halvings", "norm"), [(8, "batch"), (7, "batch"), (8, "picture"), (7, "picture"), (8, "instance")]
)


def inside(level: int) -> str:
    """Where the halving ``level`` below the first one stands."""
    return "model.model.1" + ".model.3" * level + ".model"


def convolutions(halvings: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the kernels of ``latest_net_G.pth``."""
    channels = [WIDTH * min(2**level, 8) for level in range(halvings)]
    shapes: dict[str, tuple[int, ...]] = {"model.model.0": (WIDTH, 3, 4, 4), "model.model.3": (2 * WIDTH, 3, 4, 4)}
    for level, (outer, inner) in enumerate(pairwise(channels)):
        deepest = level == halvings - 2
        shapes[f"{inside(level)}.1"] = (inner, outer, 4, 4)
        shapes[f"{inside(level)}.{3 if deepest else 5}"] = (inner if deepest else 2 * inner, outer, 4, 4)
    return shapes


def is_up(name: str) -> bool:
    return not name.endswith((".0", ".1"))


def published(halvings: int, norm: str) -> State:
    """Random weights under the keys of ``latest_net_G.pth``."""
    made = torch.Generator().manual_seed(0)
    state: State = {}
    for name, shape in convolutions(halvings).items():
        given = shape[1] if is_up(name) else shape[0]
        state[f"{name}.weight"] = torch.randn(shape, generator=made) / (shape[0] if is_up(name) else shape[1]) ** 0.5
        if norm == "instance" or name == "model.model.3":
            state[f"{name}.bias"] = torch.randn(given, generator=made) / 5
    for name in norms(halvings) if norm != "instance" else ():
        convolution = state[f"{name[:-1]}{int(name[-1]) - 1}.weight"]
        count = convolution.shape[0 if name.endswith(".2") else 1]
        state[f"{name}.weight"] = 1 + torch.randn(count, generator=made) / 5
        state[f"{name}.bias"] = torch.randn(count, generator=made) / 5
        if norm == "batch":
            state[f"{name}.running_mean"] = torch.randn(count, generator=made) / 5
            state[f"{name}.running_var"] = 1 + torch.rand(count, generator=made)
    return state


def norms(halvings: int) -> list[str]:
    deepest = halvings - 2
    down = [f"{inside(level)}.2" for level in range(deepest)]
    return down + [f"{inside(level)}.6" for level in range(deepest)] + [f"{inside(deepest)}.4"]


def paints(state: State, halvings: int, norm: str, images: Tensor) -> Tensor:
    """The U-Net of arXiv 1611.07004, appendix 6.1, in plain calls, without dropout."""

    def down(x: Tensor, name: str) -> Tensor:
        return functional.conv2d(x, state[f"{name}.weight"], state.get(f"{name}.bias"), 2, 1)

    def up(x: Tensor, name: str, like: Tensor) -> Tensor:
        """The doubling that cuts one pixel at the upper left, and at the lower right what ``like`` does not have."""
        height, width = like.shape[-2:]
        whole = functional.conv_transpose2d(functional.relu(x), state[f"{name}.weight"], state.get(f"{name}.bias"), 2)
        return whole[..., 1 : height + 1, 1 : width + 1]

    def normal(x: Tensor, name: str) -> Tensor:
        scale, shift = state.get(f"{name}.weight"), state.get(f"{name}.bias")
        if norm == "batch":
            return functional.batch_norm(x, state[f"{name}.running_mean"], state[f"{name}.running_var"], scale, shift)
        alone = [functional.batch_norm(one[None], None, None, scale, shift, training=True) for one in x]
        return torch.cat(alone)

    deepest = halvings - 2
    kept = [down(images * 2 - 1, "model.model.0")]
    for level in range(deepest):
        halved = down(functional.leaky_relu(kept[-1], 0.2), f"{inside(level)}.1")
        kept.append(normal(halved, f"{inside(level)}.2"))
    x = down(functional.leaky_relu(kept[-1], 0.2), f"{inside(deepest)}.1")
    x = torch.cat((kept[-1], normal(up(x, f"{inside(deepest)}.3", kept.pop()), f"{inside(deepest)}.4")), 1)
    for level in reversed(range(deepest)):
        x = torch.cat((kept[-1], normal(up(x, f"{inside(level)}.5", kept.pop()), f"{inside(level)}.6")), 1)
    return (torch.tanh(up(x, "model.model.3", images)) + 1) / 2


def read(state: State) -> tuple[dict[str, Any], torch.nn.Module]:
    options, plain = pix2pix.read(state)
    return options, fitted(PIX2PIX, options, plain).eval()


def pictures(count: int, height: int, width: int) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


@every_form
def test_every_published_form_paints_what_the_paper_says(halvings: int, norm: str) -> None:
    state, images = published(halvings, norm), pictures(2, 256, 512)

    options, module = read(state)

    norm = norm.replace("batch", "picture")  # what training gathered is not used
    assert options == {"width": WIDTH, "halvings": halvings, "norm": norm}
    expected = paints(state, halvings, norm, images)
    assert expected.std() > 0.05
    torch.testing.assert_close(module(images), expected, atol=2e-4, rtol=0)


@every_form
def test_a_picture_changes_neither_by_chance_nor_with_its_neighbours(halvings: int, norm: str) -> None:
    _, module = read(published(halvings, norm))
    one, other = pictures(1, 256, 256), pictures(1, 256, 256) ** 3

    together = module(torch.cat((one, other)))

    torch.testing.assert_close(together, torch.cat((module(one), module(other))), atol=1e-4, rtol=0)
    assert torch.equal(module(one), module(one))
    assert (together[0] - together[1]).abs().mean() > 0.01


def test_the_published_way_would_change_a_picture_by_chance_and_with_its_neighbours() -> None:
    """What the two decisions in the module's docstring are about: in training mode, neither of them holds."""
    one, other = pictures(1, 256, 256), pictures(1, 256, 256) ** 3

    drops = pix2pix.UnetGenerator(WIDTH, norm="picture").train()
    mixes = pix2pix.UnetGenerator(WIDTH, norm="batch", dropout=False).train()

    assert not torch.equal(drops(one), drops(one))
    assert (mixes(torch.cat((one, other)))[:1] - mixes(one)).abs().mean() > 1e-3


def test_training_gathers_the_statistics_that_pictures_are_made_with() -> None:
    ours, known = pix2pix.BatchNorm(3), torch.nn.BatchNorm2d(3)

    for seed in range(5):
        features = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(seed)) * 3 + 1
        torch.testing.assert_close(ours(features), known(features))

    torch.testing.assert_close(ours.eval()(features), known.eval()(features))
    assert (ours(features) - ours.train()(features)).abs().max() > 0.1


@pytest.mark.parametrize(("height", "width"), [(256, 260), (384, 512), (257, 511), (300, 1000)])
@pytest.mark.parametrize("halvings", [7, 8])
def test_sides_that_do_not_halve_evenly_come_back_whole(halvings: int, height: int, width: int) -> None:
    """A photo of 3:4 would otherwise be stretched or padded to the next multiple of 256."""
    state, image = published(halvings, "batch"), pictures(1, height, width)

    painted = read(state)[1](image)

    assert painted.shape == image.shape
    torch.testing.assert_close(painted, paints(state, halvings, "picture", image), atol=2e-4, rtol=0)


def test_a_checkpoint_from_several_gpus_with_its_count_of_batches() -> None:
    state = published(8, "batch")
    state |= {f"{name}.num_batches_tracked": torch.tensor(7) for name in norms(8)}

    _, module = read({f"module.{name}": tensor for name, tensor in state.items()})

    image = pictures(1, 256, 256)
    assert torch.equal(module(image), read(published(8, "batch"))[1](image))


def test_statistics_that_old_instance_norms_saved_are_dropped() -> None:
    state = published(8, "instance")
    saved = {f"{name}.{kind}": torch.ones(1) for name in norms(8) for kind in ("running_mean", "running_var")}

    options, module = read(state | saved)

    assert options["norm"] == "instance"
    assert sorted(module.state_dict()) == sorted(state)


@pytest.mark.parametrize(
    ("state", "phrase"),
    [
        ({"conv1.weight": torch.ones(1)}, r"it has no model\.model\.0\.weight"),
        ({"model.model.0.weight": torch.ones(3)}, "1 dimensions instead of 4"),
        ({"model.model.0.weight": torch.ones(2, 3, 4, 4)}, "it halves the picture 1 times instead of 7 or 8"),
        (published(6, "batch"), "it halves the picture 6 times instead of 7 or 8"),
        (published(9, "batch"), "it halves the picture 9 times instead of 7 or 8"),
        (published(7, "batch") | {"model.model.4.bias": torch.ones(3)}, r"model\.model\.4\.bias is not one of the"),
        (published(7, "batch") | {"model.model.3.bias": torch.ones(1)}, re.escape("is [1] instead of [3]")),
        (published(7, "batch") | {f"{inside(1)}.2.weight": torch.full((8,), torch.nan)}, "not finite"),
        (
            {name: tensor for name, tensor in published(7, "picture").items() if name.endswith("5.weight")}
            | {name: tensor for name, tensor in published(7, "picture").items() if not re.search(r"\.[246]\.", name)},
            r"it has no model\.model\.0\.bias",
        ),
    ],
    ids=["other keys", "rank", "one level", "six", "nine", "a layer more", "one channel", "not a number", "no norms"],
)
def test_what_is_not_a_pix2pix_is_refused_in_a_phrase(state: State, phrase: str) -> None:
    with pytest.raises(ValueError, match=phrase):
        read(state)


def test_another_number_of_halvings_is_refused() -> None:
    with pytest.raises(ValueError, match="halvings must be 7 or 8, not 5"):
        pix2pix.UnetGenerator(WIDTH, halvings=5)


def test_an_unknown_norm_is_refused() -> None:
    with pytest.raises(ValueError, match="norm must be one of batch, picture, instance, not layer"):
        pix2pix.UnetGenerator(WIDTH, norm="layer")  # type: ignore[arg-type]  # as a recipe may say it


@pytest.mark.parametrize(("halvings", "side"), [(7, 128), (8, 256)])
def test_the_shortest_side_follows_from_the_halvings(halvings: int, side: int) -> None:
    module = pix2pix.UnetGenerator(WIDTH, halvings).eval()
    assert network("pix2pix").minimum({"width": WIDTH, "halvings": halvings}) == side
    assert module(pictures(1, side, side)).shape == (1, 3, side, side)
    with pytest.raises((RuntimeError, ValueError)):
        module(pictures(1, side // 2, side // 2))


def test_the_shortest_side_is_known_where_nothing_is_said_and_whatever_is_said() -> None:
    assert [network("pix2pix").minimum(options) for options in ({}, {"halvings": "many"})] == [256, 256]


@pytest.mark.parametrize(("halvings", "parameters"), [(8, 54_413_955), (7, 41_828_995)])
def test_the_size_is_the_published_one(halvings: int, parameters: int) -> None:
    """54.414 and 41.829 million, as the published training prints them."""
    with torch.device("meta"):
        module = pix2pix.UnetGenerator(halvings=halvings)

    cost = measure(module)

    assert cost.parameters == parameters
    assert cost.gmac_512 == pytest.approx(multiplications(halvings) / 1e9, abs=1e-3)


def multiplications(halvings: int, side: int = 512, width: int = 64) -> int:
    """Every kernel is multiplied once at every pixel of the smaller of its two sides."""
    pixels = [(side >> level) ** 2 for level in range(1, halvings + 1)]
    channels = [3] + [width * min(2**level, 8) for level in range(halvings)]
    twice = [2] * (halvings - 1) + [1]  # what goes round joins every doubling but the innermost
    kernels = [
        16 * outer * inner * (1 + more) for outer, inner, more in zip(channels, channels[1:], twice, strict=False)
    ]
    return sum(kernel * count for kernel, count in zip(kernels, pixels, strict=True))
