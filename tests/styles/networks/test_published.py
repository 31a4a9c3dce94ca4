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


ADAIN_VGG = {
    0: (3, 3, 1),
    **{2: (1, 3, 3), 5: (1, 1, 3), 9: (2, 1, 3), 12: (2, 2, 3)},
    **{16: (4, 2, 3), 19: (4, 4, 3), 22: (4, 4, 3), 25: (4, 4, 3)},
    **{29: (8, 4, 3), 32: (8, 8, 3), 35: (8, 8, 3), 38: (8, 8, 3)},
    **{42: (8, 8, 3), 45: (8, 8, 3), 48: (8, 8, 3), 51: (8, 8, 3)},
}
"""The convolutions of ``vgg_normalised.pth``: their places, channels out and in (as widths), and kernels."""
ADAIN_DECODER = {
    **{1: (4, 8, 3), 5: (4, 4, 3), 8: (4, 4, 3), 11: (4, 4, 3), 14: (2, 4, 3)},
    **{18: (2, 2, 3), 21: (1, 2, 3), 25: (1, 1, 3), 28: (3, 1, 3)},
}
"""The same of ``decoder.pth``."""


def adain_states(width: int = 4) -> tuple[State, State]:
    """Random weights under the keys of both published files; only the picture's 3 channels are no widths."""
    made = torch.Generator().manual_seed(0)

    def state(layers: dict[int, tuple[int, int, int]], pictures: set[tuple[int, int]]) -> State:
        weights: State = {}
        for place, (out, into, kernel) in layers.items():
            sizes = [n if (place, at) in pictures else n * width for at, n in enumerate((out, into))]
            scale = (2 / (sizes[1] * kernel**2)) ** 0.5
            weights[f"{place}.weight"] = torch.randn(*sizes, kernel, kernel, generator=made) * scale
            weights[f"{place}.bias"] = torch.rand(sizes[0], generator=made) / 5
        return weights

    return state(ADAIN_VGG, {(0, 0), (0, 1), (2, 1)}), state(ADAIN_DECODER, {(28, 0)})


def adain_sees(state: State, images: Tensor) -> Tensor:
    """VGG-19 to relu4_1 in plain calls, with mirrored borders."""
    x = functional.conv2d(images, state["0.weight"], state["0.bias"])
    for block in ((2, 5), (9, 12), (16, 19, 22, 25)):
        for place in block:
            x = functional.relu(mirrored_conv(x, state, place))
        x = functional.max_pool2d(x, 2, 2, ceil_mode=True)
    return functional.relu(mirrored_conv(x, state, 29))


def adain_paints(state: State, features: Tensor) -> Tensor:
    x = features
    for block in ((1,), (5, 8, 11, 14), (18, 21), (25,)):
        for place in block:
            x = functional.relu(mirrored_conv(x, state, place))
        if block != (25,):
            x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    return mirrored_conv(x, state, 28)


def adain_statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    return x.mean((2, 3), keepdim=True), (x.var((2, 3), keepdim=True) + 1e-5).sqrt()


def mirrored_conv(x: Tensor, state: State, place: int) -> Tensor:
    return functional.conv2d(
        functional.pad(x, (1,) * 4, mode="reflect"), state[f"{place}.weight"], state[f"{place}.bias"]
    )


def joined(vgg: State, decoder: State) -> State:
    return {f"vgg.{name}": each for name, each in vgg.items()} | {f"decoder.{n}": each for n, each in decoder.items()}


def test_adain_paints_what_the_paper_says() -> None:
    vgg, decoder = adain_states()
    photo, painting = torch.rand(1, 3, 64, 48), torch.rand(1, 3, 40, 32) ** 3

    options, module = read("adain", joined(vgg, decoder))

    content, style = adain_sees(vgg, photo), adain_sees(vgg, painting)
    (own_mean, own_deviation), (mean, deviation) = adain_statistics(content), adain_statistics(style)
    expected = adain_paints(decoder, (content - own_mean) / own_deviation * deviation + mean).clamp(0, 1)
    assert options == {"width": 4}
    assert expected.std() > 0.05
    code = module.get_submodule("vgg")(painting)
    torch.testing.assert_close(code, style, atol=1e-5, rtol=0)
    apply = Style(card(name="adain"), module, torch.device("cpu"))
    assert apply.encode(painting).shape == (1, 64)
    torch.testing.assert_close(apply(photo, apply.encode(painting)), expected, atol=5e-3, rtol=0)


def test_adain_at_its_published_width_has_the_published_sizes() -> None:
    _, module = read("adain", joined(*adain_states(64)))

    assert sum(each.numel() for each in module.get_submodule("decoder").parameters()) == 3_505_219
    assert sum(each.numel() for each in module.get_submodule("vgg").parameters()) == 3_505_740


def reference(shared: Path, name: str) -> Tensor:
    with Image.open(shared / "images" / "style_reference" / f"{name}.jpg") as picture:
        pixels = np.array(picture.convert("RGB").resize((256, 256)))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255


def load(file: Path) -> State:
    return state_dict(file.read_bytes(), file)
