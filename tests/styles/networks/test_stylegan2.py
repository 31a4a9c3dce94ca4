"""StyleGAN2 against its paper's equations, written out for one picture, on weights in the published layout."""

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from styles.networks import network
from styles.networks.stylegan2 import StyleGAN2, read
from styles.style import Style
from tests.styles.making import card, generator

WIDTHS = (8, 8, 4)  # channels at 4, 8 and 16 pixels
STYLE = LATENT = 6
DEPTH = 3
CPU = torch.device("cpu")


def published(mean: bool = True) -> dict[str, Tensor]:
    """Random weights of a generator of 16 x 16 pixels, named and shaped as in published checkpoints."""
    draw = torch.Generator().manual_seed(1)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=draw)

    def modulated(name: str, taken: int, made: int, kernel: int) -> dict[str, Tensor]:
        return {
            f"{name}.conv.weight": random(1, made, taken, kernel, kernel),
            f"{name}.conv.modulation.weight": random(taken, STYLE),
            f"{name}.conv.modulation.bias": 1 + random(taken) / 4,
        }

    def styled(name: str, taken: int, made: int) -> dict[str, Tensor]:
        rest = {f"{name}.noise.weight": random(1), f"{name}.activate.bias": random(made)}
        return modulated(name, taken, made, 3) | rest

    def rgb(name: str, taken: int) -> dict[str, Tensor]:
        return modulated(name, taken, 3, 1) | {f"{name}.bias": random(1, 3, 1, 1)}

    state = {"input.input": random(1, WIDTHS[0], 4, 4)}
    for layer in range(DEPTH):
        state |= {f"style.{layer + 1}.weight": 100 * random(STYLE, STYLE), f"style.{layer + 1}.bias": random(STYLE)}
    state |= styled("conv1", WIDTHS[0], WIDTHS[0]) | rgb("to_rgb1", WIDTHS[0])
    for step, (taken, made) in enumerate(pairwise(WIDTHS)):
        state |= styled(f"convs.{2 * step}", taken, made) | styled(f"convs.{2 * step + 1}", made, made)
        state |= rgb(f"to_rgbs.{step}", made)
        state |= {f"convs.{2 * step}.conv.blur.kernel": random(4, 4), f"to_rgbs.{step}.upsample.kernel": random(4, 4)}
    for place, side in enumerate((4, 8, 8, 16, 16)):
        state[f"noises.noise_{place}"] = random(1, 1, side, side)
    return state | ({"latent_avg": random(STYLE)} if mean else {})


class Paper:
    """One picture of a published state, filter by filter: the slow way round, as the equations stand."""

    def __init__(self, state: dict[str, Tensor]) -> None:
        self.state = state

    def style(self, chance: Tensor) -> Tensor:
        features = chance / chance.square().mean().sqrt()
        for layer in range(DEPTH):
            weight, bias = (self.state[f"style.{layer + 1}.{part}"] for part in ("weight", "bias"))
            features = self.activated((0.01 / math.sqrt(weight.shape[1])) * (weight @ features) + 0.01 * bias)
        return features

    def picture(self, style: Tensor) -> Tensor:
        features = self.styled("conv1", self.state["input.input"], style, 0, doubles=False)
        picture = self.rgb("to_rgb1", features, style)
        for step in range(len(WIDTHS) - 1):
            features = self.styled(f"convs.{2 * step}", features, style, 2 * step + 1, doubles=True)
            features = self.styled(f"convs.{2 * step + 1}", features, style, 2 * step + 2, doubles=False)
            apart = torch.zeros(1, 3, 2 * picture.shape[2], 2 * picture.shape[3])
            apart[..., ::2, ::2] = picture
            picture = self.lowpass(functional.pad(apart, (2, 1, 2, 1))) + self.rgb(f"to_rgbs.{step}", features, style)
        return (picture + 1) / 2

    def styled(self, name: str, features: Tensor, style: Tensor, noise: int, *, doubles: bool) -> Tensor:
        weight = self.filters(name, style)
        weight = weight / (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()  # equation 3
        if doubles:
            features = functional.conv_transpose2d(features, weight.transpose(0, 1), stride=2)
            features = self.lowpass(functional.pad(features, (1, 1, 1, 1)))
        else:
            features = functional.conv2d(features, weight, padding=1)
        features = features + self.state[f"{name}.noise.weight"] * self.state[f"noises.noise_{noise}"]
        return self.activated(features + self.state[f"{name}.activate.bias"][None, :, None, None])

    def rgb(self, name: str, features: Tensor, style: Tensor) -> Tensor:
        return functional.conv2d(features, self.filters(name, style)) + self.state[f"{name}.bias"]

    def filters(self, name: str, style: Tensor) -> Tensor:
        """Equation 1: the filters of one picture."""
        weight, modulation = self.state[f"{name}.conv.weight"][0], self.state[f"{name}.conv.modulation.weight"]
        scales = modulation @ style / math.sqrt(STYLE) + self.state[f"{name}.conv.modulation.bias"]
        return weight / math.sqrt(weight[0].numel()) * scales[None, :, None, None]

    def lowpass(self, features: Tensor) -> Tensor:
        line = torch.tensor([1.0, 3.0, 3.0, 1.0])
        kernel = torch.outer(line, line) / line.sum() ** 2 * 4
        return torch.cat([functional.conv2d(each[None, None], kernel[None, None]) for each in features[0]], dim=1)

    def activated(self, features: Tensor) -> Tensor:
        return torch.where(features > 0, features, 0.2 * features) * math.sqrt(2)


def loaded(state: dict[str, Tensor], **options: float) -> StyleGAN2:
    found, ours = read(state)
    module = StyleGAN2(**(found | options)).eval()
    module.load_state_dict(dict(ours))
    return module


def test_a_published_generator_paints_what_the_equations_say() -> None:
    state, chance = published(), torch.randn(3, LATENT, generator=torch.Generator().manual_seed(2))
    module, paper = loaded(state, truncation=1.0), Paper(published())

    with torch.inference_mode():
        painted = module(torch.zeros(3, 3, 16, 16), module.code(chance, torch.zeros(3, 0)))
        expected = torch.cat([paper.picture(paper.style(one)) for one in chance])

    assert expected.std() > 0.1
    torch.testing.assert_close(painted, expected, atol=1e-4, rtol=1e-4)


def test_the_reader_finds_size_widths_and_depth() -> None:
    options, _ = read(published())

    assert (options["size"], options["width"], options["most"]) == (16, 4, 8)
    assert (options["style"], options["latent"], options["depth"]) == (STYLE, LATENT, DEPTH)


def test_truncation_draws_styles_towards_the_mean_that_the_checkpoint_tells() -> None:
    state, chance = published(), torch.randn(1, LATENT)
    whole, half, none = (loaded(state, truncation=share) for share in (1.0, 0.5, 0.0))

    labels = torch.zeros(1, 0)
    assert torch.equal(none.code(chance, labels)[0], state["latent_avg"])
    between = (whole.code(chance, labels) + state["latent_avg"]) / 2
    torch.testing.assert_close(half.code(chance, labels), between)


@torch.inference_mode()
def test_a_checkpoint_without_a_mean_gets_that_of_its_own_styles() -> None:
    state = published(mean=False)

    module = loaded(state, truncation=1.0)

    styles = module.code(
        torch.randn(20_000, LATENT, generator=torch.Generator().manual_seed(9)), torch.zeros(20_000, 0)
    )
    torch.testing.assert_close(module.mean, styles.mean(0), atol=0.05 * float(styles.std()), rtol=0)


@pytest.mark.parametrize("missing", ["input.input", "style.1.weight", "to_rgbs.1.conv.weight", "convs.3.conv.weight"])
def test_another_layout_is_refused_by_what_it_lacks(missing: str) -> None:
    state = published()
    del state[missing]

    with pytest.raises((ValueError, RuntimeError)):
        loaded(state)


def test_a_mapping_network_of_another_layout_is_refused_in_one_phrase() -> None:
    state = published(mean=False)
    state["style.2.weight"] = torch.zeros(3, 3)

    with pytest.raises(ValueError, match="its mapping network is of another layout"):
        read(state)


def test_a_smaller_canvas_asks_for_a_smaller_picture_and_a_larger_one_is_resized() -> None:
    module = generator("stylegan2")
    assert isinstance(module, StyleGAN2)
    code = module.code(torch.randn(1, 6), torch.tensor([[1.0, 0.0, 0.0]]))

    with torch.inference_mode():
        for height, width in ((16, 16), (64, 64), (96, 128), (20, 60)):
            assert module(torch.zeros(1, 3, height, width), code).shape == (1, 3, height, width)


def test_words_and_seed_decide_the_picture() -> None:
    style, canvas = Style(card(name="stylegan2"), generator("stylegan2"), CPU), torch.zeros(1, 3, 64, 64)

    def painted(words: str, seed: int) -> Tensor:
        return style(canvas, style.imagine(words, seed))

    assert torch.equal(painted("misty sea", 1), painted("misty sea", 1))
    assert not torch.equal(painted("misty sea", 1), painted("misty sea", 2))
    assert not torch.equal(painted("misty sea", 1), painted("sea at night", 1))
    assert torch.equal(painted("Misty  sea ", 1), painted("misty sea", 1))


def test_the_canvas_counts_by_its_size_alone() -> None:
    style = Style(card(name="stylegan2"), generator("stylegan2"), CPU)
    code = style.imagine("sea", 1)

    assert torch.equal(style(torch.zeros(1, 3, 64, 64), code), style(torch.rand(1, 3, 64, 64), code))


def test_a_style_of_words_encodes_no_picture_and_a_photo_s_style_imagines_nothing() -> None:
    words, photo = (Style(card(name=name), generator(name), CPU) for name in ("stylegan2", "small"))

    with pytest.raises(ValueError, match="takes no style picture"):
        words.encode(torch.rand(1, 3, 32, 32))
    with pytest.raises(ValueError, match="makes no pictures of words"):
        photo.imagine("sea", 1)


@pytest.mark.parametrize("size", [4, 6, 100])
def test_a_size_that_no_doubling_reaches_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="power of 2"):
        network("stylegan2").planned({"size": size})
