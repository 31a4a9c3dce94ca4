"""A photo, repainted by optimisation: each round nearer to the art, and no further from the photo than allowed."""

import pytest
import torch

from styles.evaluation.distances import content_loss, mean_grams, style_loss
from styles.evaluation.gatys import optimise
from styles.samples import sample
from styles.training.perception import Perception

LAYERS = ("relu1_1", "relu2_1", "relu3_1")


def losses(eyes: Perception, picture: torch.Tensor, photo: torch.Tensor, art: torch.Tensor) -> tuple[float, float]:
    with torch.no_grad():
        features = eyes(picture, LAYERS)
        content = content_loss(features["relu3_1"], eyes(photo, LAYERS)["relu3_1"])
        return content, style_loss(features, mean_grams([eyes(art, LAYERS)]))


@pytest.fixture
def photo() -> torch.Tensor:
    return sample("cat")[..., 60:124, 100:164]


@pytest.fixture
def art() -> torch.Tensor:
    return sample("coffee")[..., :96, :96]


def test_every_round_lowers_the_loss_within_the_content_allowed(
    eyes: Perception, photo: torch.Tensor, art: torch.Tensor
) -> None:
    start = losses(eyes, photo, photo, art)[1]
    with torch.no_grad():
        target = mean_grams([eyes(art, LAYERS)])
    rounds = []

    found = optimise(photo, target, eyes, "relu3_1", 0.02, lambda: rounds.append(1))

    assert found.losses[0] == pytest.approx(1, rel=0.05)  # the photo itself, but for pixels of pure black and white
    assert all(later < earlier for earlier, later in zip(found.losses, found.losses[1:], strict=False))
    assert len(found.losses) == len(rounds) + 1
    content, style = losses(eyes, found.picture, photo, art)
    assert content < 0.02 * 1.05
    assert style < start / 2
    assert 0 <= found.picture.min() <= found.picture.max() <= 1


def test_more_leave_to_change_the_photo_brings_it_nearer_to_the_art(
    eyes: Perception, photo: torch.Tensor, art: torch.Tensor
) -> None:
    with torch.no_grad():
        target = mean_grams([eyes(art, LAYERS)])

    timid, bold = (optimise(photo, target, eyes, "relu3_1", content).picture for content in (0.001, 0.02))

    (near, plain), (far, styled) = (losses(eyes, picture, photo, art) for picture in (timid, bold))
    assert near < far
    assert styled < plain
