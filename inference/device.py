"""The device that the generators run on, and the precision that its hardware is made for."""

import ctypes
import logging
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from inference.errors import NotReady
from styles import compiled, graphed
from styles.style import Style

log = logging.getLogger(__name__)

RUNTIMES = ("torch", "openvino", "cudagraphs")
X86 = ("x86_64", "amd64")
CPUINFO = Path("/proc/cpuinfo")
BF16_FLAGS = {"amx_bf16", "avx512_bf16", "bf16"}  # Intel's tiles, AVX-512 (Intel and AMD), Arm
NO_MEMORY = ("can't allocate memory", "not enough memory")  # of torch's CPU allocator, for which it has no class
LOADS_AHEAD = 4  # onto an accelerator, which computes meanwhile
SHARE_OF_MEMORY = 4  # of an accelerator: one part for activations, the rest for weights, libraries and other programs


@dataclass(frozen=True, slots=True)
class Device:
    """Where generators run and what they compute in. ``memory_bytes`` is an accelerator's own; 0 for the CPU.

    ``runtime`` is what runs them: torch, or openvino or cudagraphs, which leave to torch what they cannot do.
    """

    name: torch.device
    dtype: torch.dtype
    memory_bytes: int = 0
    runtime: str = "torch"

    def load(self, load: Callable[..., Style], style: str) -> Style:
        """The generator of a style as it runs here, by a library's ``load``. Raises what that raises."""
        loaded = load(style, device=self.name, dtype=self.dtype)
        if self.name.type == "cuda":
            torch.cuda.current_stream(self.name).synchronize()  # the threads that paint have streams of their own
        kinds = {"openvino": compiled.Compiled, "cudagraphs": graphed.Graphed}
        return kinds[self.runtime](loaded) if self.runtime in kinds else loaded

    def batch_bytes(self, least: int) -> int:
        """What a batch's activations may take: ``least``, and on an accelerator a fixed share of its memory."""
        return max(least, self.memory_bytes // SHARE_OF_MEMORY)

    @property
    def loads_ahead(self) -> int:
        """How many generators are loaded at once before their turn comes."""
        return 0 if self.name.type == "cpu" else LOADS_AHEAD

    def activation_bytes(self, pixels: int, float32_bytes_per_pixel: float) -> float:
        """What ``pixels`` take in this device's precision, from what a generator's card says for float32."""
        return pixels * float32_bytes_per_pixel * self.dtype.itemsize / torch.float32.itemsize


def choose(wanted: str = "auto", runtime: str = "auto") -> Device:
    """The device of this name, "auto" for the best there is; and what runs generators on it, of ``RUNTIMES`` or auto.

    Raises:
        NotReady: the device is not there, or the runtime, or not for this device.
    """
    device = _device(wanted)
    return replace(device, runtime=_runtime(runtime, device.name))


def _device(wanted: str) -> Device:
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted.startswith("cuda"):
        return _cuda(torch.device(wanted))
    if wanted == "cpu":
        return Device(torch.device("cpu"), cpu_dtype())
    raise NotReady(f"There is no device “{wanted}”; it can be auto, cpu or cuda.")


def _runtime(wanted: str, device: torch.device) -> str:
    """OpenVINO where it is installed and was measured: on a CPU with Intel's or AMD's instructions."""
    if wanted == "auto":
        measured = device.type == "cpu" and platform.machine().lower() in X86
        return "openvino" if measured and compiled.is_installed() else "torch"
    if wanted not in RUNTIMES:
        raise NotReady(f"There is no runtime “{wanted}”; it can be auto, {', '.join(RUNTIMES[:-1])} or {RUNTIMES[-1]}.")
    if wanted == "openvino" and not compiled.is_installed():
        raise NotReady("OpenVINO is not installed; its extra is openvino, as in “pip install atelier[openvino]”.")
    if wanted == "openvino" and device.type != "cpu":
        raise NotReady("OpenVINO runs generators on the CPU alone.")
    if wanted == "cudagraphs" and device.type != "cuda":
        raise NotReady("CUDA graphs run on a CUDA device alone.")
    return wanted


def _cuda(name: torch.device) -> Device:
    if not torch.cuda.is_available() or (name.index or 0) >= torch.cuda.device_count():
        raise NotReady("There is no CUDA device here that torch can use.")
    dtype = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    return Device(name, dtype, torch.cuda.get_device_properties(name).total_memory)


def cpu_dtype() -> torch.dtype:
    """What generators compute in on this CPU."""
    return torch.bfloat16 if _has_bf16() else torch.float32


def _has_bf16() -> bool:
    """Whether the CPU multiplies bfloat16 itself: then a generator runs two to three times as fast as in float32.

    Without that torch emulates it, slower than float32; so where we cannot tell, the answer is no.
    """
    try:
        lines = CPUINFO.read_text().splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return not BF16_FLAGS.isdisjoint(flags.split())


def is_out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says that a tensor did not fit."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(phrase in str(error) for phrase in NO_MEMORY)


def give_back(device: torch.device) -> None:
    """Hand freed memory back to the system.

    The C library keeps what was freed in pieces, in one arena for each thread; after a batch of large pictures that
    is hundreds of megabytes that look used for ever.
    """
    if device.type == "cuda":
        torch.cuda.empty_cache()
    else:
        compiled.release()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone has it
        if trim is not None:
            trim(0)
