"""One short run on a GPU: what each style and size reaches there, what the hardware allows, and what the service keeps.

Each size runs in torch and as a CUDA graph; the service with one batch on the device at a time, and with two.

``python -m tests.benchmarks.gpu`` takes the best device there is; ``--device cpu --side 64 --count 2 --rounds 1`` shows
on any machine that it works. The bound of a generator is the longer of two times: its multiplications at the speed of
a large matrix product, and the bytes that its operators read and write at the speed of a large copy, both measured here
in the generator's own precision. A share near 1 leaves nothing to gain but by fusing operators.
"""

import asyncio
import copy
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from inference.device import Device, choose
from styles.graphed import PATIENCE, Graphed
from styles.measure import measure
from styles.style import Style
from tests.benchmarks import pipeline

GEMM, COPY_BYTES = 8192, 1 << 30  # large enough to fill a GPU of today
SMALL_GEMM, SMALL_COPY_BYTES = 512, 1 << 24  # of a CPU


@dataclass(frozen=True, slots=True)
class Hardware:
    """Measured: floating point operations and bytes (read and written) a second."""

    name: str
    flops: float
    bytes_per_second: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one style at one size and number of pictures at once. ``share`` is the bound by what it took."""

    style: str
    runtime: str
    side: int
    batch: int
    pictures_per_second: float
    ms_per_picture: float
    arithmetic_ms: float
    memory_ms: float
    share: float


class Traffic(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves its subclass hook untyped
    """Counts the bytes that operators read and write; views move none."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in torch
        self.bytes = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = func(*args, **(kwargs or {}))
        if not func.is_view:
            touched = tree_leaves((args, kwargs, given))
            self.bytes += sum(leaf.nbytes for leaf in touched if isinstance(leaf, Tensor))
        return given


def seconds(run: Callable[[], object], device: torch.device, rounds: int) -> float:
    """The least time of a run, its device's work done; the first one only warms up."""
    took = []
    for _ in range(rounds + 1):
        began_s = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        took.append(time.perf_counter() - began_s)
    return min(took[1:])


def hardware(device: Device, rounds: int) -> Hardware:
    large = device.name.type == "cuda"
    side, size = (GEMM, COPY_BYTES) if large else (SMALL_GEMM, SMALL_COPY_BYTES)
    one, other = (torch.rand(side, side, device=device.name, dtype=device.dtype) for _ in range(2))
    source = torch.empty(size, dtype=torch.uint8, device=device.name).zero_()
    target = torch.empty_like(source).zero_()
    return Hardware(
        torch.cuda.get_device_name(device.name) if large else "CPU",
        2 * side**3 / seconds(lambda: one @ other, device.name, rounds),
        2 * size / seconds(lambda: target.copy_(source), device.name, rounds),
    )


def traffic(style: Style, side: int) -> int:
    """Bytes that one picture's operators read and write in the style's precision."""
    ghost = copy.deepcopy(style.module).to("meta")
    with torch.no_grad(), Traffic() as counted:
        ghost(torch.empty(1, 3, side, side, device="meta", dtype=style.dtype))
    return int(counted.bytes)


@torch.inference_mode()
def generator(style: Style, side: int, batch: int, there: Hardware, rounds: int) -> Figures:
    images = torch.rand(batch, 3, side, side, device=style.device)
    for _ in range(PATIENCE):  # then a graph is recorded
        style(images)
    took_s = seconds(lambda: style(images), style.device, rounds) / batch
    pixels = (side / 512) ** 2
    arithmetic_s = 2e9 * measure(style.module).gmac_512 * pixels / there.flops
    memory_s = traffic(style, side) / there.bytes_per_second
    return Figures(
        style.card.id,
        "a graph" if isinstance(style, Graphed) and style.graphs else "torch",
        side,
        batch,
        1 / took_s,
        took_s * 1e3,
        arithmetic_s * 1e3,
        memory_s * 1e3,
        max(arithmetic_s, memory_s) / took_s,
    )


@click.command(help=__doc__)
@click.option("--device", "wanted", default="auto", show_default=True)
@click.option("--style", "names", multiple=True, help="Shipped styles; two kinds of normalisation by default.")
@click.option("--side", "sides", multiple=True, type=int, default=(512, 1024, 2048), show_default=True)
@click.option("--batch", "batches", multiple=True, type=int, default=(1, 4, 16), show_default=True)
@click.option("--count", default=64, show_default=True, help="Photos a round for the service.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def command(
    wanted: str,
    names: Sequence[str],
    sides: Sequence[int],
    batches: Sequence[int],
    count: int,
    rounds: int,
    as_json: bool,
) -> None:
    device = choose(wanted, "torch")
    runtimes = ("torch", "cudagraphs") if device.name.type == "cuda" else ("torch",)
    there = hardware(device, rounds)
    with tempfile.TemporaryDirectory() as folder:
        library = pipeline.library(Path(folder))
        known = [card.id for card in library.cards() if card.takes == "photo"]
        wished = names or [name for name in ("ukiyoe", "starry-night") if name in known] or known[:1]
        runs = [
            generator(replace(device, runtime=runtime).load(library.load, name), side, batch, there, rounds)
            for name in wished
            for side in sides
            for batch in batches
            for runtime in runtimes
        ]
        service = {
            f"{runtime}, {lanes} at once": asyncio.run(
                pipeline.throughput(library, wished[0], sides[0], count, rounds, runtime=runtime, lanes=lanes)
            )
            for runtime in runtimes
            for lanes in (1, 2)
        }
    if as_json:
        print(json.dumps({"hardware": asdict(there), "generators": [asdict(one) for one in runs], "service": service}))
        return
    print(f"{there.name}: {there.flops / 1e12:.2f} TFLOP/s, {there.bytes_per_second / 1e9:.0f} GB/s, {device.dtype}")
    for one in runs:
        print(
            f"{one.style:14} {one.runtime:8} {one.side:5}² ×{one.batch:<3} {one.pictures_per_second:8.1f} pictures/s"
            f"  {one.ms_per_picture:8.2f} ms, bound {max(one.arithmetic_ms, one.memory_ms):8.2f}"
            f" (arithmetic {one.arithmetic_ms:.2f}, memory {one.memory_ms:.2f}): share {one.share:.2f}"
        )
    for way, figures in service.items():
        print(f"the service, {way}")
        pipeline.show(figures)


if __name__ == "__main__":
    command()
