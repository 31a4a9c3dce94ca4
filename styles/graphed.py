"""A style whose generator a CUDA device replays as one graph: one launch for a batch, not one for each operator.

A small batch is done on the device sooner than the CPU can launch its operators one by one. A graph is recorded once
for each shape, with memory of its own, and replayed from then on (https://docs.pytorch.org/docs/stable/notes/cuda.html,
"CUDA Graphs"). Large batches gain nothing, and stay with torch; so does a generator that cannot be recorded.
"""

import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor

from styles.style import Style

log = logging.getLogger(__name__)

PATIENCE = 3
"""As often a shape runs in torch before it is recorded, which takes as long as several runs and stops the device."""

MOST_VALUES = 3 << 20
"""Of a batch that is replayed: four pictures of 512 x 512."""

MOST_GRAPHS = 8
"""Of one style; each keeps its activations. The one that was replayed least recently is forgotten first."""

WARM_UPS = 3
"""Runs before recording, in which libraries choose their kernels."""

Run = Callable[[Tensor, Tensor | None], Tensor]
Record = Callable[[Run, Tensor, Tensor | None], Run]
Shape = tuple[tuple[int, ...], int]
"""Of the images, and the stream that they run in: a graph's memory is for one at a time."""


class Graphed(Style):
    """Like ``style``, whose module it shares. May run in several threads, if each has a CUDA stream of its own."""

    def __init__(self, style: Style, record: Record | None = None) -> None:
        self.card, self.device, self.dtype, self.module = style.card, style.device, style.dtype, style.module
        self._record = record or recorded
        self._lock = threading.Lock()
        self._ran: Counter[Shape] = Counter()
        self._graphs: OrderedDict[Shape, Run] = OrderedDict()
        self._given_up = False

    @property
    def graphs(self) -> int:
        """How many shapes are replayed."""
        return len(self._graphs)

    def _run(self, images: Tensor, codes: Tensor | None) -> Tensor:
        codes = None if codes is None else codes.to(self.device, self.dtype)
        run = self._graph(images, codes) if images.numel() <= MOST_VALUES else None
        return run(images, codes) if run else super()._run(images, codes)

    def _graph(self, images: Tensor, codes: Tensor | None) -> Run | None:
        """What replays this shape; None before it is worth recording, and if it cannot be."""
        shape = tuple(images.shape), _stream(images.device)
        with self._lock:
            self._ran[shape] += 1
            if self._given_up or self._ran[shape] <= PATIENCE:
                return None
            if shape not in self._graphs:
                try:
                    self._graphs[shape] = self._record(super()._run, images, codes)
                except Exception as error:  # a module may do anything, and not all of it can be recorded
                    self._given_up = True
                    self._graphs.clear()
                    log.info("%s stays with torch: %s", self.card.id, str(error).strip().partition("\n")[0])
                    return None
            self._graphs.move_to_end(shape)
            if len(self._graphs) > MOST_GRAPHS:
                forgotten, _ = self._graphs.popitem(last=False)
                self._ran[forgotten] = 0
            return self._graphs[shape]


def recorded(run: Run, images: Tensor, codes: Tensor | None) -> Run:
    """``run`` with tensors of these shapes, as a CUDA graph that is replayed in the stream that calls it.

    Raises:
        Exception: something that ``run`` does cannot be recorded, such as waiting for the device.
    """
    given_images, given_codes = images.clone(), None if codes is None else codes.clone()
    here = torch.cuda.current_stream(images.device)
    beside = torch.cuda.Stream(images.device)  # type: ignore[no-untyped-call]  # untyped in torch
    beside.wait_stream(here)
    with torch.cuda.stream(beside):
        for _ in range(WARM_UPS):
            run(given_images, given_codes)
    here.wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # other threads load styles meanwhile
        painted = run(given_images, given_codes)

    def replay(images: Tensor, codes: Tensor | None) -> Tensor:
        given_images.copy_(images)
        if given_codes is not None and codes is not None:
            given_codes.copy_(codes)
        graph.replay()
        return painted.clone()  # the next replay paints over it

    return replay


def _stream(device: torch.device) -> int:
    return int(torch.cuda.current_stream(device).cuda_stream) if device.type == "cuda" else 0
