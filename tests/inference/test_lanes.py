"""Several batches at once: how the device is shared out, and that who has a part of it waits for nobody."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from inference import lanes, warmup, worker
from inference.batch import Key
from inference.cache import Cache
from inference.device import Device
from inference.job import Job
from inference.lanes import Lanes
from inference.limits import Limits
from inference.metrics import Metrics
from inference.scheduler import Scheduler
from inference.throughput import Throughput
from inference.warmup import warm_up
from inference.worker import Turn, Worker
from styles.compiled import Compiled
from styles.style import Style
from tests.hostile import encoded, photo
from tests.inference.watched import WatchedLibrary, watching
from tests.styles.making import card

T = TypeVar("T")
CPU = Device(torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(
    ("count", "others", "got"),
    [(1, 0, 1), (2, 0, 2), (2, 3, 2), (2, 4, 1), (6, 0, 4), (8, 3, 8), (8, 7, 4), (8, 30, 1), (16, 100, 1)],
)
def test_who_is_alone_gets_all_and_who_is_one_of_many_leaves_room(count: int, others: int, got: int) -> None:
    with Lanes(count).some(others) as width:
        assert width == got


def test_who_comes_later_gets_what_is_left_and_then_waits_in_line() -> None:
    device, order = Lanes(4), list[str]()

    def wait(name: str) -> None:
        with device.some():
            order.append(name)

    with ExitStack() as held:
        assert held.enter_context(device.some(others=5)) == 2
        assert not device.are_full
        assert held.enter_context(device.some()) == 2
        assert device.are_full
        waiting = [in_line(device, wait, name) for name in "abc"]
        assert order == []
    for thread in waiting:
        thread.join(5)
    assert order == ["a", "b", "c"]


def test_who_fails_leaves_everything_behind() -> None:
    device = Lanes(2)
    with pytest.raises(ArithmeticError), device.some():
        raise ArithmeticError
    with device.some() as width:
        assert width == 2


async def test_who_gives_up_while_they_wait_leaves_the_line() -> None:
    began, over, painted = threading.Event(), threading.Event(), list[str]()

    def hold(_: Turn) -> None:
        began.set()
        assert over.wait(5)

    async with Worker(CPU, lanes=1) as working:
        holding = asyncio.create_task(working.on_device(hold))
        assert await asyncio.to_thread(began.wait, 5)
        for patience_s in (0.05, 0.01):  # the first stands ready, the second behind it
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await working.on_device(lambda _: painted.append("for nobody"))
        over.set()
        await holding
        await working.on_device(lambda _: painted.append("for somebody"))
    assert painted == ["for somebody"]


async def test_what_fails_on_the_device_fails_for_who_asked() -> None:
    def fail(_: Turn) -> None:
        raise ArithmeticError

    async with Worker(CPU) as working:
        with pytest.raises(ArithmeticError):
            await working.on_device(fail)


def test_lanes_learn_whether_one_picture_is_sooner_done_on_all_of_them_or_each_on_one() -> None:
    together, apart = Lanes(2), Lanes(2)
    for _ in range(50):
        for device, alone_s in ((together, 0.20), (apart, 0.13)):
            device.learn("a style and size", 2, 0.10)
            device.learn("a style and size", 1, alone_s)
    assert together.speed_up == pytest.approx(1.0, abs=0.02)
    with together.some(others=30) as width:
        assert width == 2
    with apart.some(others=3) as width:
        assert width == 1


def test_where_more_is_done_together_one_waits_for_all_lanes_while_others_wait() -> None:
    device, got = Lanes(2), list[int]()

    def batch(others: int) -> None:
        with device.some(others) as width:
            got.append(width)

    with device.some(others=30):  # it goes apart, as the others so far
        device.speed_up = 1.0
        crowd = [in_line(device, batch, others) for others in (2, 1, 1)]
        assert got == []
    for thread in crowd:
        thread.join(5)
    assert got == [2, 2, 2]


def test_who_waits_alone_takes_what_is_free() -> None:
    device = Lanes(2)
    with device.some(others=30):
        device.speed_up = 1.0
        with device.some() as width:
            assert width == 1


@pytest.mark.parametrize(("apart_s", "got"), [(3.0, 2), (0.05, 1)])
async def test_the_service_begins_by_looking_which_is_sooner(
    apart_s: float, got: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture takes a second on two cores; on one, while another has the other, at least ``apart_s``."""
    clock_s = [0.0]
    monkeypatch.setattr(worker, "THREADS", 2)
    monkeypatch.setattr(warmup, "time", SimpleNamespace(monotonic=lambda: clock_s[0]))

    class Slow(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            clock_s[0] += 1.0 if torch.get_num_threads() == 2 else apart_s
            return images

    cache = Cache(lambda _: Style(card("ash"), Slow(), CPU.name), budget_bytes=1, broken_for_s=1.0, metrics=Metrics())
    async with Worker(CPU, lanes=2) as working:
        await warm_up([card("ash")], cache, working, Throughput())
        with working.lanes.some(others=50) as width:
            assert width == got


@pytest.mark.parametrize(("together_s", "apart_s", "usual"), [(0.09, 0.20, 2), (0.20, 0.21, 1)])
@pytest.mark.parametrize("at_first", [0.3, 1.3])
def test_a_crowd_is_looked_at_the_other_way_now_and_again_so_that_a_wrong_guess_mends_itself(
    at_first: float, together_s: float, apart_s: float, usual: int
) -> None:
    device, widths = Lanes(2), list[int]()
    device.speed_up = at_first
    for _ in range(20 * lanes.LOOK_EVERY):
        with device.some(others=30) as width:
            widths.append(width)
            device.learn("a style and size", width, together_s if width == 2 else apart_s)
    lately = widths[-2 * lanes.LOOK_EVERY :]
    assert lately.count(usual) >= len(lately) - 4
    assert set(lately) == {1, 2}


def test_where_few_wait_nobody_is_made_to_wait_for_a_look() -> None:
    device = Lanes(2)
    device.speed_up = 1.0
    for _ in range(3 * lanes.LOOK_EVERY):
        with device.some(others=1) as width:
            assert width == 2


def test_only_what_is_alike_is_compared_and_an_odd_batch_counts_for_little() -> None:
    device = Lanes(2)
    device.learn("small", 1, 0.01)
    device.learn("large", 2, 1.0)
    assert device.speed_up == pytest.approx(lanes.SPEED_UP, abs=0.001)
    device.learn("large", 1, 100.0)
    assert device.speed_up < lanes.SPEED_UP + 0.1


async def test_a_generator_computes_with_the_cores_of_its_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "THREADS", 4)
    threads = list[int]()

    class Counting(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            threads.append(torch.get_num_threads())
            return images

    style, pictures = Style(card(), Counting(), CPU.name), [np.zeros((16, 16, 3), np.uint8)]
    async with Worker(CPU, lanes=2) as working:
        for others in (8, 0, 8):
            await working.on_device(lambda turn: turn.run(style, pictures), others)
    assert threads == [2, 4, 2]


async def test_two_styles_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MOST_SPEED_UP", 0)  # so that nobody gets more than one lane
    library = WatchedLibrary(tmp_path, "ash", "oak")
    async with watching(library, Limits(), lanes=2) as service:
        library.gate.clear()
        jobs = [Job(encoded(photo()), style, user=style) for style in ("ash", "oak")]
        results = [asyncio.create_task(service.stylize(job)) for job in jobs]
        async with asyncio.timeout(20):
            while len(library.batches) < 2:  # both are held inside their generators
                await asyncio.sleep(0.005)
        library.gate.set()
        assert [(await result).style for result in results] == ["ash", "oak"]


@pytest.mark.parametrize("prepared", [True, False])
async def test_while_others_wait_torch_gets_one_lane_for_a_picture(
    prepared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = list[int]()

    def paint(style: Style, pictures: Tensor, _: Tensor | None = None) -> Tensor:
        threads.append(torch.get_num_threads())
        return pictures

    monkeypatch.setattr(worker, "THREADS", 2)
    monkeypatch.setattr(Lanes, "begin_with", lambda device, *_: setattr(device, "speed_up", 1.0))
    monkeypatch.setattr(Lanes, "learn", lambda *_: None)
    monkeypatch.setattr(Compiled, "paint", paint)
    monkeypatch.setattr(Compiled, "is_prepared", prepared)
    async with watching(WatchedLibrary(tmp_path, "ash"), Limits(batch_jobs=1), lanes=2) as service:
        threads.clear()
        await asyncio.gather(*(service.stylize(Job(encoded(photo()), "ash", user=str(user))) for user in range(8)))
    assert len(threads) == 8
    assert (1 in threads) is not prepared


def test_estimates_know_that_half_a_device_takes_twice_as_long() -> None:
    throughput = Throughput()
    throughput.learn("ash", 1000, 1.0)
    scheduler = Scheduler(Limits(fill_wait_s=0), throughput)
    for user in ("one", "two"):
        scheduler.submit(Job(b"", "ash", user=user), Key("ash", user, 10, 100), 1.0, 0.0)
    taken = [scheduler.look(0.0).batch for _ in range(2)]
    for batch in taken:
        assert batch is not None
        scheduler.started(batch, 0.0, share=0.5)
    assert scheduler.free_in_s(0.0) == pytest.approx(2.0)
    assert scheduler.busy_for_s(0.0) == pytest.approx(2.0)  # two seconds of work for all of the device
    assert scheduler.free_in_s(1.5) == pytest.approx(0.5)
    assert scheduler.busy_for_s(1.5) == pytest.approx(0.5)


def in_line(device: Lanes, wait: Callable[[T], None], given: T) -> threading.Thread:
    """A thread that stands in the device's line."""
    before = len(device._line)
    thread = threading.Thread(target=wait, args=(given,), daemon=True)
    thread.start()
    while len(device._line) == before:
        time.sleep(0.001)
    return thread
