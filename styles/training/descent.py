"""The one place where weights follow a gradient, of generators and discriminators alike."""

from torch import Tensor, nn
from torch.optim import Optimizer


def descend(loss: Tensor, optimiser: Optimizer, clip: float | None = None) -> None:
    """Take one step down ``loss``, a scalar with a graph, with the weights of ``optimiser``.

    A gradient that is longer than ``clip`` is shortened to it (Pascanu, Mikolov and Bengio, arXiv 1211.5063, sec. 3.2).
    """
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]  # untyped in torch
    if clip is not None:
        nn.utils.clip_grad_norm_([weight for group in optimiser.param_groups for weight in group["params"]], clip)
    optimiser.step()
