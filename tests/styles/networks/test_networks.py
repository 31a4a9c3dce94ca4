"""What holds for every network of the list; add one, and it is tried here."""

from pathlib import Path

import pytest
import torch
from torch import nn

from styles import pack
from styles.networks import NETWORKS, network
from styles.networks.scenes import PaintedScenes
from styles.networks.stylegan2 import StyleGAN2
from styles.style import Style
from tests.styles.making import SMALL, card, codes_for, generator, write_pack

NAMES = [known.name for known in NETWORKS]
CPU = torch.device("cpu")
every_network = pytest.mark.parametrize("name", NAMES)


def style(name: str, dtype: torch.dtype = torch.float32) -> Style:
    return Style(card(name=name), generator(name), CPU, dtype)


def pictures(count: int, height: int, width: int) -> torch.Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


def painted(apply: Style, images: torch.Tensor) -> torch.Tensor:
    """The result; where the style takes a style picture, each photo has one of its own."""
    return apply(images, codes_for(apply, images.flip(1, 3).roll(1, 0)))


def run(module: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The bare module's result; of random words, where it takes words."""
    if isinstance(module, StyleGAN2 | PaintedScenes):
        chance = torch.randn(len(images), module.latent, generator=torch.Generator().manual_seed(1))
        codes = [module.code(chance, torch.ones(len(images), len(module.words)))]
    else:
        encode = getattr(module, "encode", None)
        codes = [encode(images)] if encode else []
    result: torch.Tensor = module(images, *codes)
    return result


def test_names_are_distinct_and_each_has_a_small_form_for_these_tests() -> None:
    assert sorted(NAMES) == sorted(SMALL)
    assert len(set(NAMES)) == len(NAMES)


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        network("no-such-network")


@every_network
@pytest.mark.parametrize(("height", "width"), [(64, 64), (33, 50), (1, 1), (5, 90), (17, 16)])
def test_any_size_comes_back_in_shape_and_range(name: str, height: int, width: int) -> None:
    styled = painted(style(name), pictures(1, height, width))

    assert styled.shape == (1, 3, height, width)
    assert styled.dtype == torch.float32
    assert styled.min() >= 0
    assert styled.max() <= 1
    assert torch.isfinite(styled).all()


@every_network
def test_a_picture_does_not_change_with_its_neighbours(name: str) -> None:
    """This makes shared batching lawful, and catches batch statistics and a network left in training mode."""
    apply, images = style(name), torch.cat((pictures(1, 48, 40), pictures(2, 48, 40) ** 3))
    codes = codes_for(apply, images.flip(1))

    together = apply(images, codes)
    alone = [apply(images[one][None], None if codes is None else codes[one][None]) for one in range(3)]
    apart = torch.cat(alone)

    assert apart.std() > 0.005, "the pictures must differ for the comparison to mean anything"
    torch.testing.assert_close(together, apart, atol=1e-4, rtol=0)


@every_network
def test_it_is_in_eval_mode_and_paints_the_same_twice(name: str) -> None:
    apply, image = style(name), pictures(1, 32, 32)

    assert not any(part.training for part in apply.module.modules())
    assert torch.equal(painted(apply, image), painted(apply, image))


@every_network
def test_it_comes_back_from_a_pack_as_it_was(name: str, tmp_path: Path) -> None:
    written = write_pack(tmp_path, "kept", name)

    loaded = pack.load(tmp_path / "kept", pack.read(tmp_path / "kept"), "cpu", torch.float32)

    image = pictures(2, 36, 32)
    assert loaded.card == written
    assert torch.equal(painted(loaded, image), painted(Style(written, generator(name), CPU), image))


@every_network
def test_half_precision_paints_the_same_picture(name: str) -> None:
    image = pictures(1, 64, 64)

    exact, mixed = painted(style(name), image), painted(style(name, torch.bfloat16), image)

    assert mixed.dtype == torch.float32
    assert (exact - mixed).abs().mean() < 0.01
    assert style(name, torch.bfloat16).weight_bytes * 2 == style(name).weight_bytes


@every_network
def test_it_takes_every_multiple_it_claims(name: str) -> None:
    """Style pads to the multiple and the minimum alone, so the bare module must take those."""
    known, module = network(name), generator(name)

    shortest = known.minimum(SMALL[name])
    for side in (shortest, shortest + known.multiple):
        assert run(module, pictures(1, side, side)).shape == (1, 3, side, side)


@pytest.mark.parametrize("name", [known.name for known in NETWORKS if known.read and known.takes != "words"])
def test_a_reader_finds_the_options_in_the_weights(name: str) -> None:
    module, read = generator(name), network(name).read
    assert read is not None

    options, state = read(module.state_dict())

    again = pack.fitted(network(name), options, state)
    side = max(32, network(name).minimum(SMALL[name]))
    image = pictures(1, side, side)
    assert SMALL[name].items() <= options.items()
    assert torch.equal(run(again.eval(), image), run(module, image))


def test_the_code_decides_and_a_mean_of_codes_lies_between() -> None:
    """Codes by chance: what random weights make of two pictures hardly differs."""
    apply, photo = style("arbitrary"), pictures(1, 48, 48)
    one, other = torch.rand(2, 1, apply.code_size, generator=torch.Generator().manual_seed(2)) * 2

    first, last, mixed = (apply(photo, code) for code in (one, other, (one + other) / 2))

    assert (first - last).abs().mean() > 1e-3
    assert (mixed - first).abs().mean() < (last - first).abs().mean()
    assert (mixed - last).abs().mean() < (last - first).abs().mean()


def test_codes_go_with_styles_that_take_them_and_with_no_others() -> None:
    photo = pictures(2, 32, 32)
    with pytest.raises(ValueError, match="takes no style picture"):
        style("small").encode(photo)
    with pytest.raises(ValueError, match="takes codes of the shape None"):
        style("small")(photo, torch.zeros(2, 8))
    arbitrary = style("arbitrary")
    size = arbitrary.code_size
    for codes in (None, torch.zeros(1, size), torch.zeros(2, size + 1)):
        with pytest.raises(ValueError, match=rf"takes codes of the shape \(2, {size}\) with 2 images"):
            arbitrary(photo, codes)
