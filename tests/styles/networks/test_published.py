"""The layouts that others publish, spelled out here a second time from their papers and files, and compared."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from styles.importer import state_dict
from styles.networks import microast, network
from styles.pack import fitted
from styles.samples import sample
from styles.style import Style
from tests.styles.making import card

State = dict[str, Tensor]


def cyclegan_state(blocks: int, width: int = 4, dropout: bool = False) -> State:
    """Random weights under the keys of ``latest_net_G.pth``."""
    second, up = (6 if dropout else 5), 10 + blocks
    shapes = {1: (width, 3, 7, 7), 4: (2 * width, width, 3, 3), 7: (4 * width, 2 * width, 3, 3)}
    shapes |= {up: (4 * width, 2 * width, 3, 3), up + 3: (2 * width, width, 3, 3), up + 7: (3, width, 7, 7)}
    names = {f"model.{place}": shape for place, shape in shapes.items()}
    for block in range(10, up):
        names |= {f"model.{block}.conv_block.{half}": (4 * width, 4 * width, 3, 3) for half in (1, second)}
    made = torch.Generator().manual_seed(0)
    state = {f"{name}.weight": torch.randn(shape, generator=made) / 5 for name, shape in names.items()}
    outs = {name: shape[1] if name in (f"model.{up}", f"model.{up + 3}") else shape[0] for name, shape in names.items()}
    return state | {f"{name}.bias": torch.randn(size, generator=made) / 5 for name, size in outs.items()}


def cyclegan_paints(state: State, blocks: int, images: Tensor) -> Tensor:
    """The generator of arXiv 1703.10593, appendix 7.2, in plain calls."""

    def conv(x: Tensor, name: str, pad: int, stride: int = 1) -> Tensor:
        x = functional.pad(x, (pad,) * 4, mode="reflect") if pad else x
        return functional.conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"], stride, 0 if pad else 1)

    def up(x: Tensor, name: str) -> Tensor:
        return functional.conv_transpose2d(x, state[f"{name}.weight"], state[f"{name}.bias"], 2, 1, 1)

    norm = functional.instance_norm
    x = functional.relu(norm(conv(images * 2 - 1, "model.1", 3)))
    for name in ("model.4", "model.7"):
        x = functional.relu(norm(conv(x, name, 0, 2)))
    for block in range(10, 10 + blocks):
        inner = functional.relu(norm(conv(x, f"model.{block}.conv_block.1", 1)))
        x = x + norm(conv(inner, f"model.{block}.conv_block.5", 1))
    for place in (10 + blocks, 13 + blocks):
        x = functional.relu(norm(up(x, f"model.{place}")))
    return (torch.tanh(conv(x, f"model.{17 + blocks}", 3)) + 1) / 2


def read(name: str, state: State) -> tuple[dict[str, object], torch.nn.Module]:
    reader = network(name).read
    assert reader is not None
    options, plain = reader(state)
    return options, fitted(network(name), options, plain).eval()


@pytest.mark.parametrize("blocks", [6, 9])
def test_cyclegan_of_either_depth_paints_what_the_paper_says(blocks: int) -> None:
    state, images = cyclegan_state(blocks), torch.rand(2, 3, 32, 24)

    options, module = read("cyclegan", state)

    assert options == {"width": 4, "blocks": blocks, "dropout": False}
    expected = cyclegan_paints(state, blocks, images)
    assert expected.std() > 0.05
    torch.testing.assert_close(module(images), expected, atol=2e-4, rtol=0)


def test_cyclegan_trained_with_dropout_on_several_gpus_and_an_old_torch() -> None:
    state = cyclegan_state(9, dropout=True) | {
        "model.2.running_mean": torch.zeros(4),
        "model.2.running_var": torch.ones(4),
        "model.2.num_batches_tracked": torch.tensor(7),
    }

    options, _ = read("cyclegan", {f"module.{name}": tensor for name, tensor in state.items()})

    assert options == {"width": 4, "blocks": 9, "dropout": True}


@pytest.mark.parametrize(
    ("state", "phrase"),
    [
        ({"conv1.weight": torch.ones(1)}, r"it has no model\.1\.weight"),
        (cyclegan_state(7), "7 residual blocks instead of 6 or 9"),
        ({"model.1.weight": torch.ones(3)}, "1 dimensions instead of 4"),
        (cyclegan_state(6) | {"model.2.weight": torch.ones(4)}, r"its model\.2\.weight is not one of the network's"),
        (cyclegan_state(6) | {"model.4.bias": torch.ones(9)}, re.escape("its model.4.bias is [9] instead of [8]")),
        (cyclegan_state(6) | {"model.4.bias": torch.full((8,), torch.nan)}, "not finite"),
    ],
    ids=["other keys", "seven blocks", "wrong rank", "batch norm", "wrong shape", "not a number"],
)
def test_what_is_not_a_cyclegan_is_refused_in_a_phrase(state: State, phrase: str) -> None:
    with pytest.raises(ValueError, match=phrase):
        read("cyclegan", state)


@pytest.mark.parametrize("name", ["candy", "mosaic", "rain_princess"])
def test_fast_neural_style_paints_what_the_paper_says(name: str, shared: Path) -> None:
    state = load(shared / "weights" / "fast_neural_style" / f"{name}.pth")
    images = sample()[..., :96, :64]

    _, module = read("fast-neural-style", state)

    torch.testing.assert_close(module.float()(images), fast_style_paints(state, images), atol=1e-3, rtol=0)


def fast_style_paints(state: State, images: Tensor) -> Tensor:
    """The network of arXiv 1603.08155's supplement as pytorch/examples changed it, in plain calls."""

    def conv(x: Tensor, name: str, stride: int = 1) -> Tensor:
        weight = state[f"{name}.conv2d.weight"].float()
        x = functional.pad(x, (weight.shape[-1] // 2,) * 4, mode="reflect")
        return functional.conv2d(x, weight, state[f"{name}.conv2d.bias"], stride)

    def norm(x: Tensor, name: str) -> Tensor:
        return functional.instance_norm(x, weight=state[f"{name}.weight"], bias=state[f"{name}.bias"])

    def twice(x: Tensor) -> Tensor:
        return x.repeat_interleave(2, 2).repeat_interleave(2, 3)

    x = images * 255
    for place, stride in ((1, 1), (2, 2), (3, 2)):
        x = functional.relu(norm(conv(x, f"conv{place}", stride), f"in{place}"))
    for place in range(1, 6):
        inner = functional.relu(norm(conv(x, f"res{place}.conv1"), f"res{place}.in1"))
        x = x + norm(conv(inner, f"res{place}.conv2"), f"res{place}.in2")
    for place in (1, 2):
        x = functional.relu(norm(conv(twice(x), f"deconv{place}"), f"in{place + 3}"))
    return conv(x, "deconv3") / 255


def test_old_fast_neural_style_files_carry_statistics_that_are_dropped(shared: Path) -> None:
    state = load(shared / "weights" / "fast_neural_style" / "mosaic.pth")

    _, module = read("fast-neural-style", state | {"in1.running_mean": torch.zeros(32)})

    assert sorted(module.state_dict()) == sorted(state)


def test_cartoongan_keeps_the_photo_and_its_hues(shared: Path) -> None:
    """With red and blue exchanged the suit would be blue; with another normalisation the drawing would be lost."""
    options, module = read("cartoongan", load(shared / "weights" / "cartoongan" / "Hayao_net_G_float.pth"))
    photo = functional.interpolate(sample(), (192, 192), mode="area")

    drawn = Style(card(name="cartoongan"), module, torch.device("cpu"))(photo)

    assert options == {"width": 64}
    assert torch.corrcoef(torch.stack((photo.mean(1).flatten(), drawn.mean(1).flatten())))[0, 1] > 0.85
    red, _, blue = drawn[0, :, 140:, :80].mean((1, 2))  # the orange suit
    assert red > blue + 0.2


def test_microast_paints_the_photo_in_the_colours_of_the_style_picture(shared: Path) -> None:
    folder = shared / "weights" / "microast"
    parts = {part: load(folder / f"{part}_iter_160000.pth.tar") for part in microast.PARTS}
    options, module = read("microast", {f"{part}.{name}": each for part in parts for name, each in parts[part].items()})
    apply = Style(card(name="microast"), module, torch.device("cpu"))
    photo = functional.interpolate(sample(), (192, 192), mode="area")
    candy, rain = (reference(shared, name) for name in ("candy", "rain-princess"))

    sweet, wet = (apply(photo, apply.encode(each)) for each in (candy, rain))

    assert options == {"width": 64}
    for result in (sweet, wet):
        assert torch.corrcoef(torch.stack((photo.mean(1).flatten(), result.mean(1).flatten())))[0, 1] > 0.7
    assert sweet.mean() > wet.mean() + 0.03  # as the two pictures are
    assert (apply(photo, apply.encode(photo)) - photo).abs().mean() < (wet - photo).abs().mean()


def reference(shared: Path, name: str) -> Tensor:
    with Image.open(shared / "images" / "style_reference" / f"{name}.jpg") as picture:
        pixels = np.array(picture.convert("RGB").resize((256, 256)))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255


def load(file: Path) -> State:
    return state_dict(file.read_bytes(), file)
