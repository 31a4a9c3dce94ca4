"""A style whose generator OpenVINO runs: on a CPU faster than torch by a sixth to two fifths, with no compiler or wait.

Torch stays the reference and the fallback. A style begins in torch, so that loading it costs no more than before; once
it has painted as much as its preparation is worth, its module is drawn as a graph (``styles.operators``) and OpenVINO
makes kernels for it, which takes a fifth of a second, for all sizes. What cannot be drawn, or fails to run, is torch's.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from styles import pack
from styles.errors import NotPainted
from styles.samples import code, sample
from styles.style import Pixels, Style, check_pictures

log = logging.getLogger(__name__)

THREADS = torch.get_num_threads()
"""That OMP_NUM_THREADS or torch allow us; asked before a thread changes its own."""

WIDTHS = THREADS.bit_length()
"""As many numbers of threads, powers of two, one picture may get."""

PATIENCE = 2_000_000
"""Pixels that a style paints in torch first: about eight pictures of 512 x 512, after which the time that the others
save has paid for the preparation."""

KERNEL_BYTES = 1_500_000
"""What a prepared generator takes beside its weights, measured over six of them."""

PRECISIONS = {torch.float32: "f32", torch.bfloat16: "bf16"}

MEAN_STEPS, MOST_STEPS = 1.0, 16.0
"""How far it may be from torch in float32, in steps of 255: on average, and at one value. In bfloat16 torch itself is
up to 0.3 away on average and up to 4 at a value."""


def is_installed() -> bool:
    """Whether OpenVINO is there."""
    return find_spec("openvino") is not None


class Compiled(Style):
    """Like ``style``, whose module it shares, for which it must be on the CPU in float32 or bfloat16.

    What it paints is OpenVINO's; called, it is torch's.
    """

    def __init__(self, style: Style, patience: int = PATIENCE) -> None:
        self.card, self.device, self.dtype, self.module = style.card, style.device, style.dtype, style.module
        self._patience = patience
        self._painters: dict[int, Painter] = {}  # by the threads that each uses
        self._preparing = threading.Lock()
        self._given_up = False

    @property
    def weight_bytes(self) -> int:
        """Bytes that the weights take, and those that the kernels with their own form of them take once all are made.

        Counted from the beginning, so that a cache does not outgrow its budget when styles are prepared.
        """
        weights = super().weight_bytes
        return weights if self._given_up else weights + WIDTHS * (weights + KERNEL_BYTES)

    @property
    def is_prepared(self) -> bool:
        """Whether OpenVINO runs it."""
        return bool(self._painters)

    def prepare(self) -> bool:
        """Let OpenVINO run it from now on, on as many threads as torch may use here, and say whether it will.

        Blocks for about 0.2 s the first time, and for less for another number of threads.
        """
        threads = torch.get_num_threads()
        self._patience = 0  # for whoever asks before it is over
        with self._preparing:
            if threads not in self._painters and not self._given_up:
                ready = next(iter(self._painters.values()), None)
                try:
                    self._painters[threads] = ready.on(threads) if ready else painter(self, threads)
                except Exception as error:  # a module may do anything, and OpenVINO raises what it likes
                    self._give_up("cannot be prepared for OpenVINO", error)
        return threads in self._painters

    def paint(self, pictures: Tensor, codes: Tensor | None = None) -> Tensor:
        """See ``Style.paint``. No operator of torch runs here: its threads would look for more to do for a while."""
        check_pictures(pictures)
        count, height, width = pictures.shape[:3]
        self._check_codes(count, codes)
        self._patience -= count * height * width
        prepared = self._painters.get(torch.get_num_threads()) if self._patience < 0 and self.prepare() else None
        if prepared is not None:
            try:
                painted, sums = prepared(self._padded(pictures.contiguous().numpy()), codes)
            except Exception as error:  # such as memory: torch's own error then says so
                self._give_up("failed in OpenVINO", error)
            else:
                if not np.isfinite(sums).all():
                    raise NotPainted(self.card.id, "its values are not numbers")
                return torch.from_numpy(painted[:, :height, :width])
        return super().paint(pictures, codes)

    def _padded(self, pictures: Pixels) -> Pixels:
        """Like ``Style._pad``."""
        down, right, mirrored = self._missing(*pictures.shape[1:3])
        if not (down or right):
            return pictures
        return np.pad(pictures, ((0, 0), (0, down), (0, right), (0, 0)), "reflect" if mirrored else "edge")

    def _give_up(self, what: str, error: Exception) -> None:
        self._painters, self._given_up = {}, True
        log.info("%s %s and stays with torch: %s", self.card.id, what, str(error).strip().partition("\n")[0])


class Painter:
    """A generator in OpenVINO, for pictures of any size, of which ``at_once`` run side by side.

    Of all of them only the ``at_once`` that ran last keep memory.
    """

    _counting = threading.Lock()
    _kept: ClassVar[list["Painter"]] = []  # the one that ran last stands last

    def __init__(self, compiled: Any, at_once: int = 1) -> None:
        """``compiled`` is an ``openvino.CompiledModel`` of ``styles.operators.draw``."""
        self._compiled, self._at_once, self._runs = compiled, at_once, 0
        # made once: whoever makes another may have to wait until what runs is done, though nobody needs its stream
        self._idle = [compiled.create_infer_request() for _ in range(at_once)]

    def on(self, threads: int) -> "Painter":
        """The same on another number of threads, which takes a quarter of the time that the first one took."""
        kernels, precision = self._compiled.export_model(), self._compiled.get_property("INFERENCE_PRECISION_HINT")
        at_once = _at_once(threads)
        return Painter(_core().import_model(kernels, "CPU", _settings(at_once, threads, precision)), at_once)

    def __call__(self, pictures: Pixels, codes: Tensor | None) -> tuple[Pixels, NDArray[np.float32]]:
        """``N x H x W x 3``, to the same; and the sum of each picture's values. H and W are the module's multiples."""
        with self._running() as request:
            # OpenVINO works in our memory, so that nothing is copied; these names keep it alive meanwhile
            given = [pictures, *(() if codes is None else (codes.float().contiguous().numpy(),))]
            painted, sums = np.empty_like(pictures), np.empty(len(pictures), np.float32)
            for place, values in enumerate(given):
                request.set_input_tensor(place, _shared(values))
            request.set_output_tensor(0, _shared(painted))
            request.set_output_tensor(1, _shared(sums))
            request.infer()
            return painted, sums

    @contextmanager
    def _running(self) -> Iterator[Any]:
        """An ``openvino.InferRequest`` that nobody else has."""
        with Painter._counting:
            self._runs += 1
            Painter._kept = [*(each for each in Painter._kept if each is not self), self]
            request = self._idle.pop() if self._idle else None
        Painter.release_all_but(self._at_once)
        try:
            request = request or self._compiled.create_infer_request()
            yield request
            self._idle.append(request)  # one that failed is not used again
        finally:
            with Painter._counting:
                self._runs -= 1

    @classmethod
    def release_all_but(cls, newest: int) -> None:
        """Give back what activations took, in those that do not run now and are not among the ``newest``."""
        with cls._counting:
            old = [each for each in cls._kept[: len(cls._kept) - newest] if not each._runs]
            cls._kept = [each for each in cls._kept if each not in old]
        for each in old:
            each._compiled.release_memory()  # which waits for whoever has begun to run it meanwhile


def release() -> None:
    """Give back what activations took."""
    Painter.release_all_but(0)


def painter(style: Style, threads: int) -> Painter:
    """Draw the style's module and make kernels for it that use so many threads, as often at once as THREADS allow.

    Raises:
        Exception: the module cannot be drawn, or OpenVINO refuses it.
    """
    from styles.operators import draw

    with torch.inference_mode():
        graph = draw(style.module, style.code_size)
    at_once = _at_once(threads)
    return Painter(_core().compile_model(graph, "CPU", _settings(at_once, threads, PRECISIONS[style.dtype])), at_once)


def check(folder: Path, dtype: torch.dtype) -> tuple[float, float] | None:
    """How far a pack's generator in OpenVINO, in ``dtype``, is from torch in float32 on a part of a photo.

    On average and at most, in steps of 255; None where torch runs it, since it cannot be drawn.

    Raises:
        BrokenPack: the pack cannot be loaded.
        NotPainted: it is further away than ``MEAN_STEPS`` or ``MOST_STEPS``.
    """
    card = pack.read(folder)
    exact = pack.load(folder, card, "cpu", torch.float32)
    quick = Compiled(pack.load(folder, card, "cpu", dtype), patience=0)
    photo = (sample("cat")[..., 40:168, 100:292] * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()
    given = code(exact)
    apart = (quick.paint(photo, given).float() - exact.paint(photo, given).float()).abs()
    if not quick.is_prepared:
        return None
    mean, most = float(apart.mean()), float(apart.max())
    if mean > MEAN_STEPS or most > MOST_STEPS:
        raise NotPainted(
            card.id, f"in OpenVINO it is {mean:.1f} of 255 steps from torch on average, {most:.0f} at most"
        )
    return mean, most


def _at_once(threads: int) -> int:
    return max(1, THREADS // threads)


def _settings(at_once: int, threads: int, precision: Any) -> dict[str, Any]:
    return {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": at_once * threads,
        "NUM_STREAMS": at_once,
        "ENABLE_CPU_PINNING": False,  # threads beside it decode and encode
    }


def _shared(values: NDArray[Any]) -> Any:
    return import_module("openvino").Tensor(values, shared_memory=True)


@lru_cache(maxsize=1)
def _core() -> Any:
    return import_module("openvino").Core()
