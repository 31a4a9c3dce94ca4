"""Unpaired and paired trainings in miniature, from the recipe to the pack."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from styles import pack
from styles.training import BadPicture, BadRecipe, checkpoint, train
from styles.training import recipe as recipes
from styles.training.adversarial import Adversarial
from styles.training.loop import Loop
from styles.training.studio import Studio
from tests.styles.training.conftest import CPU, RECIPE, draw, loop_of, same

THERE_AND_BACK = """
[losses.adversarial]
weight = 1
width = 4
judge = "patch"
layers = 2
spectral = false
pool = 3
noise = 0.05
augment = true
penalty = 0.1
penalty_every = 2
follows = true

[losses.adversarial_back]
weight = 1
width = 4
form = "hinge"
pool = 3

[losses.cycle]
weight = 10

[losses.identity]
weight = 5
"""

TO_A_TARGET = """
[losses.paired]
weight = 100

[losses.adversarial]
weight = 1
width = 4
judge = "multi_scale"
layers = 1
form = "bce"
conditional = true
augment = true
"""

PAIRS = {
    "two folders": '[pairs]\nphotos = ["photos/*"]\ntargets = ["targets/*"]\nside = 72\n',
    "side by side": '[pairs]\npictures = ["both/*"]\nphoto = "right"\nside = 72\n',
    "drawn": '[pairs]\nphotos = ["photos/*"]\ndrawn = "cartoon"\ntones = 4\nside = 72\n',
}
UNPAIRED = RECIPE[RECIPE.index("[art]") : RECIPE.index("[[phases]]")]
PHASES = RECIPE[RECIPE.index("[[phases]]") : RECIPE.index("[losses.content]")]

Written = Callable[..., Path]


@pytest.fixture
def recipe(tmp_path: Path) -> Written:
    """Write a recipe of this material and these losses beside its pictures; returns its path."""
    for seed in range(3):
        draw(tmp_path / f"photos/{seed}.png", seed)
        draw(tmp_path / f"targets/{seed}.png", 20 + seed)
        draw(tmp_path / f"both/{seed}.png", 30 + seed, (144, 72))
    draw(tmp_path / "art/print.png", 9, (80, 120))

    def written(material: str, losses: str, **changes: str) -> Path:
        head, tail = RECIPE[: RECIPE.index("[art]")], RECIPE[RECIPE.index("[licence]") :]
        text = head + material + PHASES + losses + tail
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "tiny.toml"
        path.write_text(text, "utf-8")
        return path

    return written


def test_an_unpaired_training_ends_with_a_pack_of_the_way_there(recipe: Written, tmp_path: Path) -> None:
    folder = train(recipe(UNPAIRED, THERE_AND_BACK), out=tmp_path / "out", progress=False)
    card = pack.read(folder)
    style = pack.load(folder, card, CPU, torch.float32)
    assert style(torch.rand(1, 3, 50, 61)).shape == (1, 3, 50, 61)
    report = pack.report(folder)
    assert (report["steps"], report["art_pictures"], report["photos"]) == (4, 1, 3)


@pytest.mark.parametrize("material", PAIRS.values(), ids=PAIRS)
def test_a_paired_training_ends_with_a_pack(recipe: Written, tmp_path: Path, material: str) -> None:
    folder = train(recipe(material, TO_A_TARGET), out=tmp_path / "out", progress=False)
    report = pack.report(folder)
    assert (report["steps"], report["photos"]) == (4, 3)
    assert report["art_pictures"] == 3
    assert "0.png" not in str(report["art"])  # patterns alone: the photos of people may bear their names


def test_a_paired_training_nears_its_targets(recipe: Written) -> None:
    loop = loop_of(recipe(PAIRS["drawn"], TO_A_TARGET, **{"rate = 1e-3": "rate = 5e-3"}))
    seen = []
    for _ in range(20):
        loop.advance()
        seen.append(loop.losses["paired"])
        loop.step = 0  # the same crops again, at the full rate
    assert seen[-1] < 0.7 * seen[0]


def test_the_way_back_is_built_where_a_loss_needs_it_and_learns(recipe: Written) -> None:
    assert loop_of(recipe(PAIRS["drawn"], TO_A_TARGET)).back is None
    loop = loop_of(recipe(UNPAIRED, THERE_AND_BACK))
    assert loop.back is not None
    before = [weights.clone() for weights in loop.back.parameters()]
    loop.advance()
    assert all(not torch.equal(one, other) for one, other in zip(before, loop.back.parameters(), strict=True))


@pytest.mark.parametrize(("material", "losses"), [(UNPAIRED, THERE_AND_BACK), (PAIRS["two folders"], TO_A_TARGET)])
def test_a_gan_that_goes_on_is_the_one_that_never_stopped(
    recipe: Written, tmp_path: Path, material: str, losses: str
) -> None:
    path = recipe(material, losses, **{"size = 64": "size = [48, 64]", "steps = 3": "steps = 5"})
    whole, first, second = (loop_of(path) for _ in range(3))
    for _ in range(6):
        whole.advance()
    for _ in range(3):
        first.advance()
    first.save(tmp_path / "half.pt")
    second.restore(checkpoint.load(tmp_path / "half.pt", second.plan.digest))
    torch.manual_seed(99)  # chance of torch's own must follow from the step alone
    for _ in range(3):
        second.advance()
    assert same(second.average.state_dict(), whole.average.state_dict())
    assert same(second.generator.state_dict(), whole.generator.state_dict())
    if whole.back and second.back:
        assert same(second.back.state_dict(), whole.back.state_dict())
    for name, loss in whole.plan.losses.items():
        mine, theirs = loss.state(), second.plan.losses[name].state()
        assert same(mine.get("judge", {}), theirs.get("judge", {}))
        pools = mine.get("pool", []), theirs.get("pool", [])
        assert all(torch.equal(one, other) for one, other in zip(*pools, strict=True))


def test_a_phase_of_several_sizes_draws_one_for_each_step(recipe: Written) -> None:
    sizes = {"size = 64": "size = [48, 64]", "steps = 3": "steps = 30", "pool = 3": "pool = 30"}
    loop = loop_of(recipe(UNPAIRED, THERE_AND_BACK, **sizes))
    for _ in range(8):
        loop.advance()
    judge = loop.plan.losses["adversarial"]
    assert isinstance(judge, Adversarial)
    assert {result.shape[-1] for result in judge.pool.kept} == {48, 64}


def test_the_running_mean_keeps_the_statistics_of_batches_in_step(recipe: Written) -> None:
    plan = recipes.read(recipe(PAIRS["drawn"], TO_A_TARGET))
    batched = replace(plan, network="pix2pix", network_options={"width": 2, "halvings": 7, "norm": "batch"})
    batched = replace(batched, phases=(replace(plan.phases[0], sizes=(128,), batch=1),))
    loop = Loop(batched, Studio.open(batched, batched.path.parent, None, CPU), CPU)
    loop.advance()
    buffers = dict(loop.generator.named_buffers())
    averaged = dict(loop.module().named_buffers())
    assert any(each.abs().sum() > 0 for name, each in buffers.items() if name.endswith("running_mean"))
    assert same(buffers, averaged)


def rates(path: Path) -> list[float]:
    (phase, *_) = recipes.read(path).phases
    return [phase.rate_at(done) / phase.rate for done in range(phase.steps)]


def test_a_linear_rate_stays_then_falls_evenly_to_nothing(recipe: Written) -> None:
    linear = 'steps = 8\nschedule = "linear"\nconstant = 0.5'
    assert rates(recipe(UNPAIRED, THERE_AND_BACK, **{"steps = 3": linear})) == pytest.approx(
        [1, 1, 1, 1, 1, 0.75, 0.5, 0.25]
    )
    cosine = rates(recipe(UNPAIRED, THERE_AND_BACK, **{"steps = 3": "steps = 4\nconstant = 0.5"}))
    assert cosine == pytest.approx([1, 1, 1, 0.525])


@pytest.mark.parametrize(
    ("material", "losses", "changes", "said"),
    [
        (UNPAIRED, TO_A_TARGET, {}, "`losses.paired` compares with the photo's own target, and needs `pairs`"),
        (UNPAIRED, TO_A_TARGET.partition("\n\n")[2], {}, "`losses.adversarial` compares with the photo's own target"),
        (UNPAIRED + PAIRS["drawn"], TO_A_TARGET, {}, "`art` has no place beside `pairs`, which hold both"),
        (PAIRS["drawn"], TO_A_TARGET, {'"cartoon"': '"cubism"'}, "`pairs.drawn` must be one of cartoon"),
        (PAIRS["drawn"], TO_A_TARGET, {"tones": "tunes"}, "`pairs.tunes` is not a known key"),
        (PAIRS["side by side"], TO_A_TARGET, {'"right"': '"above"'}, "`pairs.photo` must be one of left, right"),
        (PAIRS["two folders"], TO_A_TARGET, {"targets =": "target ="}, "`pairs.targets` is missing"),
        (
            UNPAIRED,
            THERE_AND_BACK,
            {"layers = 2": "layers = 5"},
            "cannot judge crops of 48 pixels; it needs at least 96",
        ),
        (UNPAIRED, THERE_AND_BACK, {"size = 64": "size = [64, 66]"}, "`phases[0].size` must be a multiple of 4"),
        (UNPAIRED, THERE_AND_BACK, {"size = 64": "size = []"}, "`phases[0].size` must be a whole number"),
        (UNPAIRED, THERE_AND_BACK, {"steps = 3": 'steps = 3\nschedule = "stairs"'}, "one of cosine, linear"),
        (
            UNPAIRED,
            THERE_AND_BACK,
            {'"hinge"': '"hunch"'},
            "`losses.adversarial_back.form` must be one of least_squares",
        ),
        (
            PAIRS["drawn"],
            TO_A_TARGET,
            {'name = "small"\nwidth = 4\ndeep = 8\nfine = 4\nblocks = 1': 'name = "pix2pix"'},
            "`phases[0].size` must be at least 256, the least that the network pix2pix takes",
        ),
        (
            PAIRS["drawn"],
            TO_A_TARGET,
            {'name = "small"\nwidth = 4\ndeep = 8\nfine = 4\nblocks = 1': 'name = "pix2pix"\nhalvings = 7'},
            "`phases[0].size` must be at least 128, the least that the network pix2pix takes",
        ),
    ],
    ids=lambda each: each[:60] if isinstance(each, str) else "",
)
def test_what_does_not_fit_together_is_said(
    recipe: Written, material: str, losses: str, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(BadRecipe) as caught:
        recipes.read(recipe(material, losses, **changes))
    assert said in str(caught.value)


def test_a_photo_without_a_target_stops_the_training(recipe: Written, tmp_path: Path) -> None:
    path = recipe(PAIRS["two folders"], TO_A_TARGET)
    (tmp_path / "targets/2.png").unlink()
    with pytest.raises(BadPicture, match=r"photos/2\.png: there is no target of the name 2\."):
        train(path, out=tmp_path / "out", progress=False)


def test_the_art_may_be_drawn_from_pictures(recipe: Written) -> None:
    plain = loop_of(recipe(UNPAIRED, THERE_AND_BACK)).studio.whole_art()
    drawn = recipe(UNPAIRED, THERE_AND_BACK, **{"side = 64\n": 'side = 64\ndrawn = "cartoon"\ntones = 3\n'})
    (one,), (other,) = plain, loop_of(drawn).studio.whole_art()
    assert one.shape == other.shape
    assert not torch.equal(one, other)


def test_the_start_is_named_and_decides_the_digest(recipe: Written) -> None:
    plain = recipes.read(recipe(UNPAIRED, THERE_AND_BACK))
    started = recipes.read(recipe(UNPAIRED, THERE_AND_BACK, **{"seed = 3": 'seed = 3\ninit = "anime"'}))
    assert (plain.init, started.init) == (None, "anime")
    assert plain.digest != started.digest
