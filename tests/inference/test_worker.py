"""The worker with real tensors: batches, their troubles, and the threads beside the device."""

import asyncio
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from inference import device
from inference.device import Device, choose, is_out_of_memory
from inference.errors import NotReady
from inference.pictures import Pixels
from inference.worker import HANDS_NICE, PAINTING_NICE, Worker, restyle, restyle_apart
from styles.errors import NotPainted
from styles.style import Style
from tests.styles.making import card, generator

CPU = Device(torch.device("cpu"), torch.float32)
BAD = 255  # the grey that the fussy generator cannot stand


class Fussy(nn.Module):
    """Inverts; refuses a batch that has a white picture in it, and asks for absurd memory beyond ``holds`` pictures."""

    def __init__(self, holds: int = 100) -> None:
        super().__init__()
        self.holds, self.sizes = holds, list[int]()

    def forward(self, images: Tensor) -> Tensor:
        self.sizes.append(len(images))
        if len(images) > self.holds:
            torch.empty(1 << 60, dtype=torch.uint8)
        if (images.amin(dim=(1, 2, 3)) == 1).any():
            raise ArithmeticError("a white picture")
        return 1 - images


def style(module: nn.Module) -> Style:
    return Style(card(), module, torch.device("cpu"))


def grey(*values: int) -> list[Pixels]:
    return [np.full((8, 12, 3), value, np.uint8) for value in values]


def test_pictures_of_several_sizes_come_back_in_their_order() -> None:
    fussy = Fussy()
    pictures = [np.full((side, side, 3), value, np.uint8) for side, value in ((8, 10), (16, 20), (8, 30), (8, 40))]
    results = restyle_apart(style(fussy), pictures, 2 * 8 * 8)
    assert [None if one is None else (one.shape[0], int(one[0, 0, 0])) for one in results] == [
        (8, 245),
        (16, 235),
        (8, 225),
        (8, 215),
    ]
    assert max(fussy.sizes) == 2  # no more at once than there is room for


def test_a_part_that_cannot_be_painted_is_left_out_alone() -> None:
    results = restyle_apart(style(Fussy()), grey(10, BAD, 30), 1000)
    assert [one is None for one in results] == [False, True, False]


def test_a_batch_gives_each_picture_what_it_gets_alone() -> None:
    small = style(generator())
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 256, (32, 48, 3), np.uint8) for _ in range(3)]
    together = restyle(small, pictures).pictures
    for picture, one in zip(pictures, together, strict=True):
        [alone] = restyle(small, [picture]).pictures
        assert isinstance(one, np.ndarray)
        assert isinstance(alone, np.ndarray)
        assert one.shape == picture.shape
        assert one.dtype == np.uint8
        assert np.abs(one.astype(int) - alone).max() <= 1


def test_pixels_survive_the_way_to_the_device_and_back() -> None:
    ramp = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    [turned] = restyle(style(Fussy()), [ramp]).pictures
    assert isinstance(turned, np.ndarray)
    assert (turned == 255 - ramp).all()


@pytest.mark.parametrize("bad_at", range(5))
def test_one_bad_picture_fails_alone_wherever_it_stands(bad_at: int) -> None:
    values = [10, 20, 30, 40, 50]
    values[bad_at] = BAD
    ran = restyle(style(Fussy()), grey(*values))
    for place, (value, picture) in enumerate(zip(values, ran.pictures, strict=True)):
        if place == bad_at:
            assert isinstance(picture, ArithmeticError)
        else:
            assert isinstance(picture, np.ndarray)
            assert (picture == 255 - value).all()
    assert not ran.too_many


def test_a_generator_that_returns_no_numbers_fails_its_picture() -> None:
    class Nowhere(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return images / 0

    [picture] = restyle(style(Nowhere()), grey(0)).pictures
    assert isinstance(picture, NotPainted)


def test_out_of_memory_halves_the_batch_until_it_fits() -> None:
    fussy = Fussy(holds=2)
    ran = restyle(style(fussy), grey(*range(7)))
    assert [isinstance(picture, np.ndarray) for picture in ran.pictures] == [True] * 7
    assert fussy.sizes == [7, 3, 1, 2, 4, 2, 2]
    assert ran.most == 2
    assert ran.too_many == 3


def test_a_single_picture_that_does_not_fit_fails_and_the_next_one_runs() -> None:
    [picture] = restyle(style(Fussy(holds=0)), grey(1)).pictures
    assert isinstance(picture, Exception)
    assert is_out_of_memory(picture)
    assert not is_out_of_memory(RuntimeError("something else"))
    assert isinstance(restyle(style(Fussy()), grey(1)).pictures[0], np.ndarray)


async def test_the_devices_threads_own_it_and_others_work_beside_it() -> None:
    names: set[str] = set()
    began = threading.Barrier(2)

    class Watching(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            names.add(threading.current_thread().name)
            began.wait(5)  # only passes while a hand works at the same time
            return images

    async with Worker(CPU, lanes=1) as worker:
        watching = style(Watching())
        for _ in range(2):
            await asyncio.gather(
                worker.on_device(lambda turn: turn.run(watching, grey(1))), worker.beside(began.wait, 5)
            )
    assert all(name.startswith("device") for name in names)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities for threads")
async def test_painting_stands_back_for_the_hands_and_both_for_the_event_loop() -> None:
    painting: list[int] = []

    class Watching(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            painting.append(own_nice())
            return images

    def own_nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    switch_s = sys.getswitchinterval()
    async with Worker(CPU) as worker:
        assert sys.getswitchinterval() < switch_s
        await worker.on_device(lambda turn: turn.run(style(Watching()), grey(1)))
        assert await worker.beside(own_nice) == min(19, own_nice() + HANDS_NICE)
    assert painting == [min(19, own_nice() + PAINTING_NICE)]
    assert sys.getswitchinterval() == switch_s


async def test_leaving_waits_for_what_still_runs() -> None:
    done: list[str] = []

    def slowly() -> None:
        time.sleep(0.05)
        done.append("done")

    async with Worker(CPU) as worker:
        work = asyncio.ensure_future(worker.beside(slowly))
        await asyncio.sleep(0.01)
    assert done == ["done"]
    await work


async def test_memory_can_be_handed_back_at_any_time() -> None:
    async with Worker(CPU) as worker:
        await worker.tidy()


def test_a_device_that_is_not_there_is_refused_in_a_sentence() -> None:
    with pytest.raises(NotReady, match="auto, cpu or cuda"):
        choose("abacus")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_cuda_is_refused_where_there_is_none_and_auto_takes_the_cpu() -> None:
    with pytest.raises(NotReady, match="CUDA"):
        choose("cuda")
    assert choose("auto").name.type == "cpu"


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("flags\t\t: fpu avx512f amx_bf16 amx_tile\n", torch.bfloat16),
        ("flags\t\t: fpu avx2 avx512f\n", torch.float32),
        ("Features\t: fp asimd bf16 i8mm\n", torch.bfloat16),
        ("", torch.float32),
    ],
)
def test_half_precision_is_for_hardware_that_has_it(
    text: str, dtype: torch.dtype, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(text)
    monkeypatch.setattr(device, "CPUINFO", cpuinfo)
    assert choose("cpu").dtype is dtype
    cpuinfo.unlink()
    assert choose("cpu").dtype is torch.float32


def test_activations_are_counted_in_the_precision_of_the_device() -> None:
    assert Device(torch.device("cpu"), torch.float32).activation_bytes(100, 8.0) == 800
    assert Device(torch.device("cpu"), torch.bfloat16).activation_bytes(100, 8.0) == 400


def test_an_accelerator_gives_batches_a_share_of_its_memory() -> None:
    assert CPU.batch_bytes(64) == 64
    assert Device(torch.device("cuda"), torch.float16, 80 << 30).batch_bytes(64) == 20 << 30
