"""Train a style from a recipe: the way from its first check to the finished pack."""

from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from styles.training import checkpoint, device, recipe
from styles.training.errors import Diverged, Interrupted
from styles.training.finish import finish
from styles.training.loop import Loop
from styles.training.sheet import sheet
from styles.training.studio import Studio

KEEP_EVERY = 100  # steps between two checkpoints, and two sample sheets
SHEET, PACK = "sheet.png", "pack"


def train(
    recipe_path: Path,
    *,
    data: Path | None = None,
    out: Path | None = None,
    vgg: Path | None = None,
    resume: bool = True,
    device_name: str = "auto",
    echo: Callable[[str], None] = lambda _: None,
    progress: bool = True,
) -> Path:
    """Train, or go on training, and return the folder of the finished pack: ``out / "pack"``.

    ``data`` is the folder that the recipe's pictures are relative to (default: the recipe's own). ``out`` (default:
    ``runs/<id>`` here) gets the checkpoint and the sample sheet. ``vgg`` holds the perceptual network's file
    (default: ``ATELIER_VGG``, then torch's cache). ``resume=False`` starts afresh over a checkpoint that is there.

    Raises:
        TrainingError: one sentence; see ``styles.training.errors`` for the kinds.
    """
    plan = recipe.read(recipe_path)
    out = out or Path("runs") / plan.id
    out.mkdir(parents=True, exist_ok=True)
    kept = out / checkpoint.NAME
    place = device.choose(device_name)
    studio = Studio.open(plan, data or recipe_path.parent, vgg, place)
    loop = Loop(plan, studio, place)
    if resume and kept.is_file():
        loop.restore(checkpoint.load(kept, plan.digest))
        echo(f"Going on from step {loop.step} of {plan.steps}.")
    _run(loop, kept, progress)
    sheet(loop.looker(), studio.sheet, out / SHEET)
    return finish(loop, studio, out / PACK)


def _run(loop: Loop, kept: Path, progress: bool) -> None:
    """All remaining steps. Whatever ends them early, the checkpoint is that of a good step."""
    steps = loop.plan.steps
    with tqdm(total=steps, initial=loop.step, unit="step", disable=not progress, smoothing=0.05) as bar:
        try:
            while loop.step < steps:
                bar.set_postfix_str(loop.advance())
                bar.update()
                if loop.step % KEEP_EVERY == 0 or loop.step == steps:
                    _keep(loop, kept)
        except KeyboardInterrupt:
            loop.save(kept)
            raise Interrupted(loop.step, steps, kept) from None
        except FloatingPointError:
            raise Diverged(loop.step + 1, loop.kept) from None


def _keep(loop: Loop, kept: Path) -> None:
    loop.save(kept)
    if loop.studio.sheet:
        sheet(loop.looker(), loop.studio.sheet, kept.with_name(SHEET))
