"""A judge that learns beside the generator, with its optimiser."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from styles.training.descent import descend
from styles.training.forms import Form
from styles.training.judges import Verdicts

BETAS = (0.5, 0.999)  # less momentum than Adam's own: two networks chase each other


class Adversary:
    """The judge, and how it is taught.

    ``penalty`` is the weight of ``steepness``. That is measured at every ``every``-th step alone, since it costs as
    much as the step itself, and then weighs as much more (Karras et al., arXiv 1912.04958, appendix B).
    """

    def __init__(
        self, judge: nn.Module, form: Form, rate: float, device: torch.device, penalty: float = 0.0, every: int = 1
    ) -> None:
        self.judge = judge.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack memory_format alone
        self.form, self.rate, self.penalty, self.every = form, rate, penalty, every
        self.optimiser = torch.optim.Adam(self.judge.parameters(), rate, BETAS)
        self.taught = 0
        self.sure = torch.full((2,), 0.5)

    def learn(self, real: Tensor, fakes: Sequence[tuple[Tensor, float]], fall: float = 1.0) -> None:
        """One step: tell ``real`` from each of the fakes, each with its weight, the generator's own first.

        ``fall`` multiplies the learning rate. No gradient reaches the pictures.
        """
        self.judge.requires_grad_(True)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * fall
        verdicts = self.judge(real), self.judge(fakes[0][0])
        loss = cost(self.form.real, verdicts[0]) + fakes[0][1] * cost(self.form.fake, verdicts[1])
        for images, weight in fakes[1:]:
            loss = loss + weight * cost(self.form.fake, self.judge(images))
        if self.penalty and self.taught % self.every == 0:
            loss = loss + self.every * self.penalty / 2 * steepness(self.judge, real)
        descend(loss, self.optimiser)
        self.taught += 1
        self.sure = torch.stack([cost(lambda each: self.form.sure(each).mean(), each) for each in verdicts]).detach()

    def doubt(self, images: Tensor) -> Tensor:
        """What the verdicts cost the generator; the gradient goes to the pictures alone."""
        self.judge.requires_grad_(False)
        return cost(self.form.doubt, self.judge(images))

    def state(self) -> dict[str, Any]:
        return {"judge": self.judge.state_dict(), "optimiser": self.optimiser.state_dict(), "taught": self.taught}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.judge.load_state_dict(state["judge"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.taught = state["taught"]


def cost(measure: Callable[[Tensor], Tensor], verdicts: Verdicts) -> Tensor:
    """The mean over the scales."""
    parts = [measure(each) for each in verdicts]
    return parts[0] if len(parts) == 1 else torch.stack(parts).mean()


def steepness(judge: nn.Module, real: Tensor) -> Tensor:
    """The gradient penalty R1 (Mescheder et al., arXiv 1801.04406, equation 9): keeps a judge flat around what is real.

    The squared length of the gradient of all verdicts' sum by the pictures, divided by the number of verdicts, so that
    it does not grow with the crops. In float32: squares of small numbers.
    """
    real = real.detach().requires_grad_()
    with torch.autocast(real.device.type, enabled=False):
        verdicts = judge(real)
        (gradient,) = torch.autograd.grad(sum(each.sum() for each in verdicts), real, create_graph=True)
    squares: Tensor = gradient.square().sum() / sum(each.numel() for each in verdicts)
    return squares
