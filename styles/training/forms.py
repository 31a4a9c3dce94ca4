"""The forms of the adversarial loss: what a judge's verdicts cost the judge, and what they cost the generator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

Cost = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Form:
    """``real`` and ``fake`` are the judge's mean costs over its verdicts on either, ``doubt`` is the generator's.

    ``sure`` turns verdicts into 1 for "real" and 0 for "fake", so that judges of all forms can be compared.
    """

    real: Cost
    fake: Cost
    doubt: Cost
    sure: Cost


def _from_one(verdicts: Tensor) -> Tensor:
    return (verdicts - 1).square().mean()


FORMS: Mapping[str, Form] = {
    # Mao et al., arXiv 1611.04076, equation 9: a verdict that is right but not yet 1 still moves the generator.
    "least_squares": Form(
        real=_from_one,
        fake=lambda verdicts: verdicts.square().mean(),
        doubt=_from_one,
        sure=lambda verdicts: verdicts.clamp(0, 1),
    ),
    # Goodfellow et al., arXiv 1406.2661, section 3: verdicts are log odds; the generator's form is the one that does
    # not go flat where the judge is sure.
    "bce": Form(
        real=lambda verdicts: softplus(-verdicts).mean(),
        fake=lambda verdicts: softplus(verdicts).mean(),
        doubt=lambda verdicts: softplus(-verdicts).mean(),
        sure=torch.sigmoid,
    ),
    # Lim and Ye, arXiv 1705.02894: the judge stops learning from what it already tells clearly. ``doubt`` has no floor.
    "hinge": Form(
        real=lambda verdicts: torch.relu(1 - verdicts).mean(),
        fake=lambda verdicts: torch.relu(1 + verdicts).mean(),
        doubt=lambda verdicts: -verdicts.mean(),
        sure=lambda verdicts: ((verdicts + 1) / 2).clamp(0, 1),
    ),
}
