"""The one place where weights follow a gradient, of generators and discriminators alike."""

from torch import Tensor
from torch.optim import Optimizer


def descend(loss: Tensor, optimiser: Optimizer) -> None:
    """Take one step down ``loss``, a scalar with a graph, with the weights of ``optimiser``."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]  # untyped in torch
    optimiser.step()
