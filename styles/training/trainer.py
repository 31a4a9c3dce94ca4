"""Train a style from a recipe: the way from its first check to the finished pack."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from styles.training import checkpoint, device, inspection, recipe, start, team
from styles.training.course import Course, Echo
from styles.training.errors import WrongCheckpoint, writing
from styles.training.finish import finish
from styles.training.inspection import Findings
from styles.training.loop import Loop
from styles.training.studio import Studio

PACK = "pack"


def check(recipe_path: Path, *, data: Path | None = None) -> Findings:
    """Look through a recipe, the pack that it starts from, and every picture that it names; learn nothing.

    Raises:
        BadRecipe: the recipe cannot be followed.
        BadStart: nor can its ``init``.
    """
    plan = recipe.read(recipe_path)
    start.find(plan)
    return inspection.inspect(plan, data or recipe_path.parent)


def train(
    recipe_path: Path,
    *,
    data: Path | None = None,
    out: Path | None = None,
    vgg: Path | None = None,
    resume: bool = True,
    device_name: str = "auto",
    echo: Echo = lambda _: None,
    progress: bool = True,
) -> Path:
    """Train, or go on training, and return the folder of the finished pack: ``out / "pack"``.

    ``data`` is the folder that the recipe's pictures are relative to (default: the recipe's own). ``out`` (default:
    ``runs/<id>`` here) gets the checkpoint, the sample sheet and TensorBoard's curves. ``vgg`` holds the perceptual
    network's file (default: ``ATELIER_VGG``, then torch's cache). ``resume=False`` starts afresh over a checkpoint that
    is there. ``echo`` is told what a person should know. Started by ``torchrun``, the processes train together, each
    on its own device; the first alone writes and speaks.

    Raises:
        TrainingError: one sentence; see ``styles.training.errors`` for the kinds.
    """
    plan = recipe.read(recipe_path)
    root, place, begin = data or recipe_path.parent, device.choose(device_name), start.find(plan)
    out = out or Path("runs") / plan.id
    kept = out / checkpoint.NAME
    state = checkpoint.load(kept, plan.digest) if resume and kept.is_file() else None
    if team.rank() == 0:
        settle(inspection.inspect(plan, root), echo)
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
    with team.joined(place) as crew:
        studio = Studio.open(plan, root, vgg, place)
        loop = Loop(plan, studio, place, crew, begin)
        if state:
            _restore(loop, state, kept)
        Course(loop, kept, echo, progress).run()
        if crew.first:
            finish(loop, studio, out / PACK)
        crew.wait()
    return out / PACK


def settle(findings: Findings, echo: Echo) -> None:
    """Tell the hints of a look through the pictures. Raises BadPicture or BadPictures where it found any."""
    findings.settle()
    for hint in findings.hints:
        echo(hint)


def _restore(loop: Loop, state: Mapping[str, Any], kept: Path) -> None:
    try:
        loop.restore(state)
    except (KeyError, RuntimeError, ValueError) as error:  # what is missing, and what torch says of other shapes
        raise WrongCheckpoint(kept, "the checkpoint is of another version of Atelier") from error
