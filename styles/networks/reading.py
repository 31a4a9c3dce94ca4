"""What the readers of published checkpoints share."""

from collections.abc import Mapping

from torch import Tensor

State = Mapping[str, Tensor]

UNUSED = (".running_mean", ".running_var", ".num_batches_tracked")


def normalised(state: State) -> dict[str, Tensor]:
    """Without the ``module.`` of DataParallel, and without running statistics that instance norms once saved."""
    names = {name: name.removeprefix("module.") for name in state}
    return {short: state[name] for name, short in names.items() if not short.endswith(UNUSED)}


def widths(state: State, name: str, dimensions: int) -> tuple[int, ...]:
    """The shape of one tensor. Raises ValueError where it is absent or has another number of dimensions."""
    if name not in state:
        raise ValueError(f"it has no {name}")
    shape = tuple(state[name].shape)
    if len(shape) != dimensions:
        raise ValueError(f"its {name} has {len(shape)} dimensions instead of {dimensions}")
    return shape
