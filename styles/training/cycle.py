"""The losses of unpaired and paired training, on the papers' scale of -1 to 1, so that their weights hold here."""

from torch import Tensor
from torch.nn import functional

from styles.table import Table
from styles.training.scene import Loss, Scene, apart, distance, weight, with_defaults


class Cycle(Loss):
    """What is lost on the way there and back, from photos and from art (Zhu et al., arXiv 1703.10593, equation 2).

    The mean absolute differences of both; the paper's weight is 10.
    """

    warms_up = True
    goes_back = True

    def __init__(self, weight: float) -> None:
        self.weight = weight

    @classmethod
    def read(cls, table: Table) -> "Cycle":
        loss = cls(weight(table))
        table.done()
        return loss

    def __call__(self, scene: Scene) -> Tensor:
        photo = functional.l1_loss(scene.photo_again, scene.photo)
        return 2 * (photo + functional.l1_loss(scene.art_again, scene.art))


class Identity(Loss):
    """What each generator changes of that which it need not change (arXiv 1703.10593, section 5.2): keeps colours.

    The mean absolute differences of both; the paper's weight is half that of the cycle. Costs a pass of each generator.
    """

    warms_up = True
    goes_back = True

    def __init__(self, weight: float) -> None:
        self.weight = weight

    @classmethod
    def read(cls, table: Table) -> "Identity":
        loss = cls(weight(table))
        table.done()
        return loss

    def __call__(self, scene: Scene) -> Tensor:
        photo = functional.l1_loss(scene.photo_same, scene.photo)
        return 2 * (photo + functional.l1_loss(scene.art_same, scene.art))


class Paired(Loss):
    """Mean absolute or squared distance of the result from the photo's target (Isola et al., arXiv 1611.07004, eq. 3).

    The paper takes the absolute one, which blurs less, with a weight of 100.
    """

    warms_up = True
    needs_pairs = True

    def __init__(self, weight: float, distance: str) -> None:
        self.weight, self.distance = weight, distance

    @classmethod
    def read(cls, table: Table) -> "Paired":
        table = with_defaults(table, distance="l1")
        loss = cls(weight(table), distance(table))
        table.done()
        return loss

    def __call__(self, scene: Scene) -> Tensor:
        return apart(2 * scene.result, 2 * scene.art, self.distance)
