"""The processes that train together, one for each device, as ``torchrun`` starts them.

Every process holds the whole training and draws its own crops; before any optimiser takes its step, the gradients
become their mean over all processes, so that all weights stay the same everywhere. This is done by hand, in a hook of
torch's optimisers, and not by ``DistributedDataParallel``: that wants one forward pass for each backward pass of each
network, and a step of a GAN has several, through generators and discriminators by turns.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

from styles.training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Team:
    """``size`` processes, of which this one is number ``rank``; ``device`` is this process's own."""

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and speaks."""
        return self.rank == 0

    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace each tensor by its mean over all processes, in place and in one message."""
        tensors = list(tensors)
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])
        distributed.all_reduce(flat)
        parts = torch.split(flat.div_(self.size), [tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.detach().copy_(part.view_as(tensor))

    def any(self, here: bool) -> bool:
        """Whether it is so in one of the processes at least."""
        if self.size == 1:
            return here
        flag = torch.tensor(float(here), device=self.device)
        distributed.all_reduce(flag, distributed.ReduceOp.MAX)
        return flag.item() > 0

    def wait(self) -> None:
        """Until all processes have come here."""
        if self.size > 1:
            distributed.barrier()


@contextmanager
def joined(device: torch.device) -> Iterator[Team]:
    """The team of this process: of ``torchrun`` where it started us, of one where not.

    Raises:
        TrainingError: the processes do not find each other.
    """
    if started() == 1:
        yield Team(device)
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    try:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    except (RuntimeError, ValueError) as error:
        raise TrainingError(f"The processes of this training do not find each other ({error}).") from error
    team = Team(device, distributed.get_rank(), distributed.get_world_size())
    hook = register_optimizer_step_pre_hook(lambda optimiser, *_: team.average(_gradients(optimiser)))
    try:
        yield team
    finally:
        hook.remove()
        distributed.destroy_process_group()


def started() -> int:
    """How many processes ``torchrun`` started; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """Which of all processes we are; 0 is the one that writes and speaks."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """Which of this machine's processes we are."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def _gradients(optimiser: Optimizer | Any) -> list[Tensor]:
    groups = optimiser.param_groups
    return [weight.grad for group in groups for weight in group["params"] if weight.grad is not None]
