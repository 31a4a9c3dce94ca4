"""Generators in OpenVINO against torch: every network that can be drawn, every shipped pack, and what cannot be."""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import permutations
from pathlib import Path
from time import sleep

import pytest
import torch
from torch import Tensor, nn

from inference.worker import cores
from styles import compiled, pack
from styles.compiled import Compiled, Painter
from styles.errors import NotPainted
from styles.library import BUILT_IN
from styles.networks import NETWORKS
from styles.style import Style, as_images
from tests.styles.making import card, codes_for, generator, write_pack

openvino = pytest.importorskip("openvino", reason="OpenVINO is an extra")

from styles.operators import draw  # noqa: E402 - it needs OpenVINO

CPU = torch.device("cpu")
PACKS = sorted(folder.name for folder in BUILT_IN.iterdir() if folder.is_dir())
DRAWN = ("small", "fast-neural-style", "cartoongan", "cyclegan", "adain", "arbitrary")
LEFT_TO_TORCH = ("pix2pix", "animegan2", "microast", "scenes", "stylegan2")


def style(name: str = "small", dtype: torch.dtype = torch.float32) -> Style:
    return Style(card(name=name), generator(name), CPU, dtype)


def pictures(count: int, height: int, width: int) -> Tensor:
    """N, H, W, 3."""
    chance = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, height, width, 3), dtype=torch.uint8, generator=chance)


def codes_of(style: Style, photos: Tensor) -> Tensor | None:
    return codes_for(style, as_images(photos, CPU))


def assert_close(one: Tensor, other: Tensor) -> None:
    """At most one step of 255 apart, and that seldom: where a value lies between two steps, either is right."""
    apart = (one.int() - other.int()).abs()
    assert apart.max() <= 1
    assert apart.float().mean() < 0.02


def test_every_network_is_either_drawn_or_known_to_be_left_to_torch() -> None:
    assert sorted(DRAWN + LEFT_TO_TORCH) == sorted(known.name for known in NETWORKS)


@pytest.mark.parametrize("name", DRAWN)
def test_a_network_in_openvino_paints_what_it_paints_in_torch(name: str) -> None:
    exact = style(name)
    quick = Compiled(exact, patience=0)
    for images in (pictures(2, 40, 52), pictures(1, 33, 50), pictures(3, 64, 48)):
        codes = codes_of(exact, images.flip(2, 3))
        assert_close(quick.paint(images, codes), exact.paint(images, codes))
    assert quick.is_prepared


@pytest.mark.parametrize("name", LEFT_TO_TORCH)
def test_what_cannot_be_drawn_is_painted_by_torch_and_said_once(name: str, caplog: pytest.LogCaptureFixture) -> None:
    exact, images = style(name), pictures(1, 64, 64)
    quick = Compiled(exact, patience=0)
    codes = codes_of(exact, images)
    with caplog.at_level(logging.INFO, "styles.compiled"):
        for _ in range(2):
            assert torch.equal(quick.paint(images, codes), exact.paint(images, codes))
    assert not quick.is_prepared
    [said] = caplog.messages
    assert said.startswith("tiny cannot be prepared for OpenVINO and stays with torch: it ")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_picture_does_not_change_with_its_neighbours(dtype: torch.dtype) -> None:
    quick, images = Compiled(style(dtype=dtype), patience=0), pictures(3, 48, 40)
    apart = torch.cat([quick.paint(image[None]) for image in images])
    assert apart.float().std() > 1.3
    assert_close(quick.paint(images), apart)


@pytest.mark.parametrize("wrong", [(1, 0, 8, 3), (1, 3, 8, 8), (8, 8, 3)])
def test_what_is_no_picture_is_refused_and_the_next_one_painted(wrong: tuple[int, ...]) -> None:
    quick = Compiled(style(), patience=0)
    for refuses in (quick, style()):
        with pytest.raises(ValueError, match="pictures must be uint8 N x H x W x 3"):
            refuses.paint(torch.zeros(wrong, dtype=torch.uint8))
    lying = pictures(1, 48, 40)
    assert torch.equal(quick.paint(lying.transpose(1, 2)), quick.paint(lying.transpose(1, 2).contiguous()))
    assert quick.is_prepared


def test_a_result_stays_as_it_was_when_the_next_is_painted() -> None:
    quick = Compiled(style(), patience=0)
    first = quick.paint(pictures(1, 64, 64))
    before = first.clone()
    for _ in range(3):
        quick.paint(255 - pictures(1, 64, 64))
    assert torch.equal(first, before)


def test_torch_paints_until_preparing_has_paid_for_itself() -> None:
    exact = style()
    quick = Compiled(exact, patience=2 * 32 * 32)
    for _ in range(2):
        assert torch.equal(quick.paint(pictures(1, 32, 32)), exact.paint(pictures(1, 32, 32)))
    assert not quick.is_prepared
    quick.paint(pictures(1, 32, 32))
    assert quick.is_prepared


def test_a_cache_knows_from_the_beginning_what_a_style_will_take() -> None:
    quick, left = Compiled(style(), patience=0), Compiled(style("microast"), patience=0)
    before = quick.weight_bytes
    assert before > 2 * style().weight_bytes
    for each in (quick, left):
        each.prepare()
    assert quick.weight_bytes == before
    assert left.weight_bytes == style("microast").weight_bytes  # torch runs it, and it takes no more


def test_another_number_of_threads_paints_the_same() -> None:
    quick, images = Compiled(style(), patience=0), pictures(1, 64, 48)
    usual, before = quick.paint(images), torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        assert_close(quick.paint(images), usual)
    finally:
        torch.set_num_threads(before)
    assert len(quick._painters) == 2


@pytest.mark.skipif(cores() < 2, reason="one core paints one picture at a time")
def test_a_picture_is_painted_beside_another_of_its_style(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "THREADS", 2)
    quick, large, little = Compiled(style(), patience=0), pictures(1, 640, 640), pictures(1, 32, 32)
    with ExitStack() as ending:
        one_core = partial(ThreadPoolExecutor, 1, initializer=torch.set_num_threads, initargs=(1,))
        threads = [ending.enter_context(one_core()) for _ in range(3)]  # one more than paint, as the worker has
        for thread in threads:
            thread.submit(quick.paint, little).result()
        for busy, free in permutations(threads, 2):
            painting = busy.submit(quick.paint, large)
            sleep(0.02)  # so that it has begun
            free.submit(quick.paint, little).result()
            assert not painting.done()
            painting.result()


def test_two_styles_take_turns_and_give_their_memory_back() -> None:
    one, other = (Compiled(Style(card(), generator(seed=seed), CPU), patience=0) for seed in (0, 1))
    images = pictures(1, 32, 32)
    first, second = one.paint(images), other.paint(images)
    assert not torch.equal(first, second)
    compiled.release()
    assert torch.equal(one.paint(images), first)
    assert torch.equal(other.paint(images), second)


def test_what_fails_while_it_runs_goes_on_in_torch(caplog: pytest.LogCaptureFixture) -> None:
    exact, images = style(), pictures(1, 32, 32)
    graph = draw(exact.module, 0)
    graph.reshape([1, 64, 64, 3])  # so that it takes no other picture
    quick = Compiled(exact, patience=0)
    quick._painters = {torch.get_num_threads(): Painter(openvino.Core().compile_model(graph, "CPU"))}
    with caplog.at_level(logging.INFO, "styles.compiled"):
        for _ in range(2):
            assert torch.equal(quick.paint(images), exact.paint(images))
    [said] = caplog.messages
    assert said.startswith("tiny failed in OpenVINO and stays with torch: ")
    assert not quick.is_prepared


class Off(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images * float("nan")


def test_numbers_that_are_none_are_no_picture_here_either() -> None:
    quick = Compiled(Style(card(), Off(), CPU), patience=0)
    with pytest.raises(NotPainted, match="not numbers"):
        quick.paint(pictures(1, 32, 32))
    assert quick.is_prepared  # so that it was not torch that refused


@pytest.mark.parametrize("name", PACKS)
def test_a_shipped_pack_is_as_near_to_torch_as_verify_asks(name: str) -> None:
    """At a small size; ``atelier styles verify`` takes a photo."""
    folder = BUILT_IN / name
    loaded = pack.load(folder, pack.read(folder), "cpu", torch.float32)
    quick, images = Compiled(loaded, patience=0), pictures(1, 64, 96)
    codes = codes_of(loaded, images.flip(3))
    assert_close(quick.paint(images, codes), loaded.paint(images, codes))
    assert quick.is_prepared == (loaded.card.network in DRAWN)


def test_verify_tells_how_far_a_pack_is_from_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pack(tmp_path)
    apart = compiled.check(tmp_path / "tiny", torch.bfloat16)
    assert apart is not None
    assert 0 < apart[0] < compiled.MEAN_STEPS
    monkeypatch.setattr(compiled, "MEAN_STEPS", apart[0] / 2)
    with pytest.raises(NotPainted, match=r"in OpenVINO it is .* of 255 steps from torch"):
        compiled.check(tmp_path / "tiny", torch.bfloat16)


def test_verify_has_nothing_to_compare_where_torch_runs_it(tmp_path: Path) -> None:
    write_pack(tmp_path, name="animegan2")
    assert compiled.check(tmp_path / "tiny", torch.float32) is None
