"""The bound: a photo repainted pixel by pixel by optimisation, as before there were generators.

Gatys, Ecker and Bethge, "A neural algorithm of artistic style" (arXiv 1508.06576). A generator answers in one pass
what this takes minutes for, so the style loss that is left here is about the least that a picture of this content
loss can have. The problem has many minima, so it is a bound in practice and not a proof.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from styles.training.gram import gram
from styles.training.perception import Perception

ROUNDS, ITERATIONS = 25, 10  # at most so many rounds of so many L-BFGS iterations each
FLAT = 0.05  # a round that lowers the loss by less than this share of it is the last one
WALL = 10.0  # how steeply the loss rises beyond the content loss allowed: it is kept within about one per cent
NEAR = 0.01  # how near to black and white the photo starts, whose logits are infinite
MEMORY = 20  # past gradients from which L-BFGS guesses the curvature


@dataclass(frozen=True, slots=True)
class Optimised:
    """``picture`` is ``1 x 3 x H x W`` in [0, 1]; ``losses`` holds the whole loss before each round and at the end."""

    picture: Tensor
    losses: tuple[float, ...]


def optimise(
    photo: Tensor,
    target: Mapping[str, Tensor],
    eyes: Perception,
    layer: str,
    content: float,
    tick: Callable[[], object] = lambda: None,
) -> Optimised:
    """Lower a photo's style loss as far as ``content``, the content loss allowed, lets it go.

    ``photo`` is ``1 x 3 x H x W`` in [0, 1], ``target`` the art's Gram matrices by layer, ``layer`` the one of the
    content loss; both losses are those of ``styles.evaluation.distances``, S and C. Minimises
    S(x) / S(photo) + 10 max(0, C(x) / content - 1)^2 by L-BFGS with a strong Wolfe line search over x's logits, from
    the photo on. ``tick`` is called after each round.
    """
    with torch.no_grad():
        features = eyes(photo, {*target, layer})
        wanted, start = features[layer], float(_style(features, target))
    logits = torch.logit(photo.contiguous(), NEAR).requires_grad_()
    optimiser = torch.optim.LBFGS([logits], max_iter=ITERATIONS, history_size=MEMORY, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        features = eyes(torch.sigmoid(logits), {*target, layer})
        excess = torch.relu(functional.mse_loss(features[layer], wanted) / content - 1)
        return _style(features, target) / start + WALL * excess.square()

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]  # untyped in torch
        return value.detach()

    losses: list[float] = []
    while len(losses) < ROUNDS and not _flat(losses):
        losses.append(float(optimiser.step(closure)))  # type: ignore[no-untyped-call]  # untyped in torch
        tick()
    with torch.no_grad():
        return Optimised(torch.sigmoid(logits), (*losses, float(loss())))


def _style(features: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> Tensor:
    return torch.stack([functional.mse_loss(gram(features[layer]), target[layer]) for layer in target]).sum()


def _flat(losses: list[float]) -> bool:
    return len(losses) > 1 and losses[-1] > (1 - FLAT) * losses[-2]
