"""The one owner of the device, and the hands beside it that decode and encode while it runs."""

import asyncio
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

import numpy as np
import torch
from torch import Tensor

from inference.device import Device, give_back, is_out_of_memory
from inference.lanes import Lanes
from inference.pictures import Pixels
from styles.compiled import THREADS
from styles.style import Style, as_images

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Codes = Sequence[Tensor] | None
"""A code, K values, for each picture; None for a style that takes none."""

HANDS_PER_CORE = 1  # decoding and encoding hold no lock for long, so more hands than cores only take turns
MOST_HANDS = 8
HANDS_NICE, PAINTING_NICE = 5, 10  # so much do they stand back behind the event loop
SWITCH_S = 5e-4  # after which a thread hands the interpreter to one that waits for it; usually ten times as much


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of each picture, in their order: its pixels, or the exception that it alone raised.

    ``most`` is the largest number that ran as one tensor, ``too_many`` one that ran out of memory (0: none did).
    """

    pictures: tuple[Pixels | Exception, ...]
    most: int
    too_many: int = 0


class Worker:
    """Enter it to start its threads; leaving waits for what they do. ``lanes``: 0 for as many as suit the device."""

    def __init__(self, device: Device, lanes: int = 0) -> None:
        self.device, self.lanes = device, Lanes(lanes or (THREADS if device.name.type == "cpu" else 1))

    async def __aenter__(self) -> Self:
        # one more than can run: it stands ready, so that the device begins with it the moment that another is done
        threads, painting = self.lanes.count + 1, PAINTING_NICE if self.device.name.type == "cpu" else 0
        self._device_threads = ThreadPoolExecutor(threads, "device", _stand_back, (painting,))
        self._streams = deque(_streams(self.device.name, self.lanes.count))
        self._hands = ThreadPoolExecutor(min(MOST_HANDS, HANDS_PER_CORE * cores()), "hand", _stand_back, (HANDS_NICE,))
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for threads in (self._device_threads, self._hands):
            await asyncio.to_thread(threads.shutdown)
        sys.setswitchinterval(self._switch_s)

    async def on_device(self, work: Callable[["Turn"], T], others: float = 0) -> T:
        """Do ``work`` in one of the device's threads, once the device, or a part of it, is free; see ``Lanes.some``.

        Whoever is cancelled while they wait leaves the line when their turn comes; what has begun ends unheard.
        """
        loop, gone = asyncio.get_running_loop(), threading.Event()

        def in_turn() -> T:
            with self.lanes.some(others) as width, self._stream():
                if gone.is_set():
                    raise CancelledError
                turn = Turn(loop, self.lanes, width, crowded=others > 0)
                if torch.get_num_threads() != turn.cores:  # each thread has a number of its own
                    torch.set_num_threads(turn.cores)
                return work(turn)

        try:
            return await loop.run_in_executor(self._device_threads, in_turn)
        except asyncio.CancelledError:
            gone.set()
            raise

    @contextmanager
    def _stream(self) -> Iterator[None]:
        """For who has a lane: there are as many."""
        stream = self._streams.popleft()
        try:
            with stream:
                yield
        finally:
            self._streams.append(stream)

    async def beside(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do ``work`` in one of the threads beside the device's."""
        return await asyncio.get_running_loop().run_in_executor(self._hands, lambda: work(*args, **kwargs))

    async def tidy(self) -> None:
        """Hand freed memory back to the system; for quiet moments, since it takes milliseconds."""
        await asyncio.get_running_loop().run_in_executor(self._device_threads, give_back, self.device.name)


class Turn:
    """A time on the device, for the thread that has it: ``width`` of its ``lanes``; ``crowded`` where others wait.

    ``loop`` is of whoever asked for it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, lanes: Lanes, width: int, *, crowded: bool) -> None:
        self.loop = loop
        self._lanes, self._width, self._crowded = lanes, width, crowded
        self.share = width / lanes.count
        self.cores = max(1, THREADS * width // lanes.count)

    def run(self, style: Style, pictures: Sequence[Pixels], codes: Codes = None) -> Ran:
        """Run pictures of one size through one generator, each with its code, if it has; and learn how long it took."""
        # in a quiet moment one is slower than one that follows another, and tells nothing of a crowd
        comparable, prepared = self._crowded and self._lanes.are_full, style.is_prepared
        began_s = time.perf_counter()
        ran = restyle(style, pictures, codes)
        if comparable and self._lanes.are_full and style.is_prepared == prepared:  # else it is like no other
            kind = style.card.id, prepared, len(pictures), pictures[0].shape
            self._lanes.learn(kind, self._width, time.perf_counter() - began_s)
        return ran


def _stand_back(by: int) -> None:
    """Let this thread, and those that it starts, work when the event loop, and who stands back less, leave them a core.

    Those need one for a moment only, and at once: without this the loop waits for up to 4 ms until one changes hands.
    """
    if sys.platform == "linux":  # elsewhere it would be the whole process's priority
        os.nice(by)


def _streams(device: torch.device, count: int) -> list[AbstractContextManager[object]]:
    """On a CUDA device so many streams, so that what runs at once overlaps."""
    if device.type != "cuda":
        return [nullcontext()] * count
    streams = (torch.cuda.Stream(device) for _ in range(count))  # type: ignore[no-untyped-call]  # untyped in torch
    return [torch.cuda.stream(stream) for stream in streams]


def cores() -> int:
    """The cores that this process may use."""
    with suppress(AttributeError):  # not everywhere
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def restyle(style: Style, pictures: Sequence[Pixels], codes: Codes = None) -> Ran:
    """One batch. What goes wrong is narrowed down by halves: one bad picture fails alone, and too many run as fewer.

    A single picture that runs out of memory raises like any other.
    """
    try:
        return Ran(tuple(_forward(style, pictures, codes)), most=len(pictures))
    except Exception as error:  # a generator may raise anything; whoever finishes the job logs it whole
        short = is_out_of_memory(error)
        if short:
            log.warning("%s ran out of memory with %d pictures", style.card.id, len(pictures))
        if len(pictures) == 1:
            return Ran((error,), most=0)
    if short:
        give_back(style.device)
    middle = len(pictures) // 2
    first = restyle(style, pictures[:middle], codes and codes[:middle])
    second = restyle(style, pictures[middle:], codes and codes[middle:])
    failed_at = [ran.too_many for ran in (first, second) if ran.too_many]
    too_many = min(failed_at, default=len(pictures) if short else 0)
    return Ran(first.pictures + second.pictures, max(first.most, second.most), too_many)


def restyle_apart(style: Style, pictures: Sequence[Pixels], pixels: int, codes: Codes = None) -> list[Pixels | None]:
    """Run pictures of several sizes, at most ``pixels`` (or one picture) at a time.

    None for one that failed; what went wrong is in the log.
    """
    done: list[Pixels | None] = [None] * len(pictures)
    for shape in dict.fromkeys(picture.shape for picture in pictures):
        places = [place for place, picture in enumerate(pictures) if picture.shape == shape]
        room = max(1, pixels // (shape[0] * shape[1]))
        for start in range(0, len(places), room):
            some = places[start : start + room]
            ran = restyle(style, [pictures[each] for each in some], codes and [codes[each] for each in some])
            for place, result in zip(some, ran.pictures, strict=True):
                if isinstance(result, Exception):
                    log.warning("%s could not paint a part", style.card.id, exc_info=result)
                else:
                    done[place] = result
    return done


@torch.inference_mode()
def encoded(style: Style, picture: Pixels) -> Tensor:
    """A style picture's code, K values in float32 on the CPU. Raises NotPainted, and whatever the generator raises."""
    return style.encode(as_images(_stacked(style, [picture]), style.device))[0].cpu()


def _forward(style: Style, pictures: Sequence[Pixels], codes: Codes) -> list[Pixels]:
    return list(style.paint(_stacked(style, pictures), torch.stack(list(codes)) if codes else None).numpy())


def _stacked(style: Style, pictures: Sequence[Pixels]) -> Tensor:
    """N, H, W, 3 in uint8; a single one for the CPU is as it lies."""
    if len(pictures) == 1 and style.device.type == "cpu":
        return torch.from_numpy(pictures[0])[None]
    # bytes are a quarter of the way's, and a GPU fetches them from pinned memory while it works on what came before
    bytes_in = torch.empty(len(pictures), *pictures[0].shape, dtype=torch.uint8, pin_memory=style.device.type == "cuda")
    np.stack(pictures, out=bytes_in.numpy())
    return bytes_in
