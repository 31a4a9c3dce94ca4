"""Where a training runs, and in which precision."""

import platform
from pathlib import Path

import torch

from styles.training import team
from styles.training.errors import TrainingError


def choose(name: str) -> torch.device:
    """``auto`` is CUDA where there is one, else the CPU; of several, each process of a team takes its own.

    Raises:
        TrainingError: that device is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and team.started() > 1:
        name = f"cuda:{team.local_rank()}"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:  # torch asserts that it was built for CUDA
        raise TrainingError(f"The device {name} cannot be used here.") from error
    return device


def precision(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it faster than float32: AMX on a CPU, Ampere and later on CUDA."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    return torch.bfloat16 if "amx_bf16" in processor() else torch.float32


def described(device: torch.device) -> str:
    """The device in words, for the report."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"{platform.machine()} CPU, {threads} thread{'s' if threads > 1 else ''}"


def processor() -> str:
    """What Linux says of the processor; empty elsewhere."""
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.is_file() else ""
