"""What runs a generator best on this CPU: torch, OpenVINO, ONNX Runtime and AOTInductor side by side, in one run.

``taskset -c 1 python -m tests.benchmarks.runtimes --threads 1`` on one quiet core; without taskset, and with the number
of cores, for pictures that run over all of them. Times are of the process's CPU, least of several rounds in which all
take turns; only ratios from one run mean something. ONNX Runtime (``--onnx``) needs the packages onnx, onnxscript and
onnxruntime; AOTInductor (``--aot``) a C++ compiler and half a minute a style.
"""

import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import psutil
import torch
from torch import Tensor, nn

from styles.compiled import Compiled, is_installed
from styles.library import Library
from styles.style import Style

Run = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Contender:
    """``load_s`` is what it takes to be ready for a first picture; ``size`` bytes of its package, 0 for the pack's."""

    name: str
    run: Run
    load_s: float
    resident_bytes: int
    size: int = 0


@dataclass(frozen=True, slots=True)
class Timed:
    """``first_s`` is of the first picture of this size."""

    first_s: float
    least_s: float
    mean_steps: float
    most_steps: float


def contenders(library: Library, style: str, folder: Path, *, onnx: bool, aot: bool) -> Iterator[Contender]:
    def load(dtype: torch.dtype) -> Style:
        return library.load(style, device="cpu", dtype=dtype)

    def quick(dtype: torch.dtype) -> Run:
        compiled = Compiled(load(dtype), patience=0)
        if not compiled.prepare():
            raise click.ClickException(f"{style} cannot be drawn for OpenVINO")

        def run(images: Tensor) -> Tensor:
            pictures = (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()
            return compiled.paint(pictures).permute(0, 3, 1, 2).float() / 255

        return run

    def of_pack(make: Callable[[torch.dtype], Run], dtype: torch.dtype) -> tuple[Run, int]:
        return make(dtype), 0

    precisions = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    for precision, dtype in precisions.items():
        yield _ready(f"torch {precision}", partial(of_pack, load, dtype))
    for precision, dtype in precisions.items() if is_installed() else ():
        yield _ready(f"OpenVINO {precision}", partial(of_pack, quick, dtype))
    if onnx:
        file = _exported(load(torch.float32).module, folder / "painter.onnx")
        yield _ready("ONNX Runtime float32", lambda: (_onnx(file), file.stat().st_size))
    if aot:
        package = _packaged(load(torch.bfloat16).module, folder / "painter.pt2")
        yield _ready("AOTInductor bfloat16", lambda: (_aot(package), package.stat().st_size))


def _ready(name: str, make: Callable[[], tuple[Run, int]]) -> Contender:
    process = psutil.Process()
    before, began_s = process.memory_info().rss, time.process_time()
    run, size = make()
    return Contender(name, run, time.process_time() - began_s, process.memory_info().rss - before, size)


def _sizes() -> dict[int, Any]:
    """A batch and sides that are left open; every network takes multiples of 8."""
    return {0: torch.export.Dim("n", min=1, max=16)} | {
        at: 8 * torch.export.Dim(name, min=8, max=256) for at, name in ((2, "h"), (3, "w"))
    }


def _exported(module: nn.Module, file: Path) -> Path:
    torch.onnx.export(
        module, (torch.rand(2, 3, 128, 192),), file, dynamo=True, external_data=False, verbose=False,
        dynamic_shapes=({0: "n", 2: "h", 3: "w"},),
    )  # fmt: skip
    return file


def _onnx(file: Path) -> Run:
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda images: torch.from_numpy(session.run(None, {name: images.contiguous().numpy()})[0])


def _packaged(module: nn.Module, file: Path) -> Path:
    images = torch.rand(2, 3, 128, 192).bfloat16().contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        drawn = torch.export.export(module, (images,), dynamic_shapes=(_sizes(),))
        torch._inductor.aoti_compile_and_package(drawn, package_path=str(file))
    return file


def _aot(file: Path) -> Run:
    package = torch._inductor.aoti_load_package(str(file))

    def run(images: Tensor) -> Tensor:
        result: Tensor = package(images.bfloat16().contiguous(memory_format=torch.channels_last))
        return result.float()

    return run


@torch.inference_mode()
def timed(ready: Sequence[Contender], side: int, rounds: int) -> dict[str, Timed]:
    """All of them in turns on the same noise, as hard to paint as any photo."""
    images = torch.randint(0, 256, (1, 3, side, side), generator=torch.Generator().manual_seed(0)) / 255
    exact = ready[0].run(images).clamp(0, 1)
    took: dict[str, list[float]] = {one.name: [] for one in ready}
    apart: dict[str, Tensor] = {}
    for _ in range(rounds + 1):
        for one in ready:
            began_s = time.process_time()
            styled = one.run(images)
            took[one.name].append(time.process_time() - began_s)
            apart[one.name] = (styled.clamp(0, 1) - exact).abs() * 255
    return {
        name: Timed(seconds[0], min(seconds[1:]), float(apart[name].mean()), float(apart[name].max()))
        for name, seconds in took.items()
    }


@click.command(help=__doc__)
@click.option("--style", "names", multiple=True, default=("ukiyoe", "starry-night"), show_default=True)
@click.option("--side", "sides", multiple=True, type=int, default=(384, 512, 768), show_default=True)
@click.option("--threads", default=1, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--onnx", is_flag=True, help="ONNX Runtime, too.")
@click.option("--aot", is_flag=True, help="AOTInductor, too.")
def command(names: Sequence[str], sides: Sequence[int], threads: int, rounds: int, onnx: bool, aot: bool) -> None:
    torch.set_num_threads(threads)
    warnings.simplefilter("ignore")  # the exporters' own
    library = Library.open()
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            ready = list(contenders(library, name, Path(folder), onnx=onnx, aot=aot))
            print(f"{name}: to load, with what it then takes of memory, and its package")
            for one in ready:
                print(
                    f"  {one.name:22} {one.load_s:6.3f} s {one.resident_bytes / 1e6:6.1f} MB {one.size / 1e6:6.2f} MB"
                )
            for side in sides:
                print(
                    f"{name} {side}×{side}: a picture, the first one; from torch in float32 in steps of 255: mean, most"
                )
                for contender, took in timed(ready, side, rounds).items():
                    print(
                        f"  {contender:22} {took.least_s * 1e3:7.1f} ms {took.first_s * 1e3:7.1f} ms"
                        f" {took.mean_steps:6.2f} {took.most_steps:5.1f}",
                        flush=True,
                    )


if __name__ == "__main__":
    command()
