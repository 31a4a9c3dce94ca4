"""A training from its first step to its pack, and everything that may end it early."""

import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from PIL import Image

from styles import pack
from styles.training import BadPicture, Diverged, NotWritten, TrainingError, WrongCheckpoint, checkpoint, train
from styles.training import recipe as recipes
from styles.training.board import Board
from styles.training.course import Course
from tests.styles.training.conftest import CPU, Written, loop_of, same


def test_a_training_ends_with_a_pack_whose_style_runs(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    folder = train(recipe(), out=tmp_path / "out", vgg=vgg, progress=False)
    card = pack.read(folder)
    style = pack.load(folder, card, CPU, torch.float32)
    photo = torch.rand(1, 3, 50, 61)
    assert folder == tmp_path / "out/pack"
    assert style(photo).shape == photo.shape
    assert [source.title for source in card.origin.data] == ["Drawn by a test"]
    assert card.licence.data == "CC0-1.0"
    report = pack.report(folder)
    assert report["steps"] == 4
    assert (report["art"], report["art_pictures"]) == (["art/*.png"], 1)
    assert report["parameters"] == sum(weight.numel() for weight in style.module.parameters())
    assert {"minutes", "device", "precision", "gmac_512", "weights_bytes", "losses", "recipe_digest"} <= report.keys()
    assert (report["processes"], report["warnings"], report["started_from"]) == (1, [], "")
    with Image.open(folder / "preview.jpg") as preview:
        assert (preview.format, preview.size) == ("JPEG", (512, 512))
    with Image.open(tmp_path / "out/sheet.png") as sheet:
        assert sheet.height == 768
    said: list[str] = []
    again = pack.read(train(recipe(), out=tmp_path / "out", vgg=vgg, progress=False, echo=said.append))
    assert again.sha256 == card.sha256  # made again, without a step
    assert said[-1] == "Going on from step 4 of 4."


def test_the_style_learns(recipe: Written, vgg: Path) -> None:
    path = recipe("[losses.gram]\nweight = 1", "[losses.gram]\nweight = 100")
    path.write_text(path.read_text().replace("rate = 1e-3", "rate = 5e-3"))
    loop = loop_of(path, vgg)
    seen = []
    for _ in range(15):
        loop.advance()
        seen.append(loop.losses["gram"])
        loop.step = 0  # the same crops again, at the full rate
    assert seen[-1] < 0.7 * seen[0]


def test_a_seed_repeats_bit_by_bit(recipe: Written, vgg: Path) -> None:
    one, again, other = loop_of(recipe(), vgg), loop_of(recipe(), vgg), loop_of(recipe("seed = 3", "seed = 4"), vgg)
    for loop in (one, again, other):
        for _ in range(4):
            loop.advance()
    assert same(one.generator.state_dict(), again.generator.state_dict())
    assert same(one.average.state_dict(), again.average.state_dict())
    assert not same(one.generator.state_dict(), other.generator.state_dict())


def test_a_training_that_goes_on_is_the_one_that_never_stopped(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    whole, first, second = (loop_of(recipe(), vgg) for _ in range(3))
    for _ in range(4):
        whole.advance()
    for _ in range(2):
        first.advance()
    first.save(tmp_path / "half.pt")
    second.restore(checkpoint.load(tmp_path / "half.pt", second.plan.digest))
    for _ in range(2):
        second.advance()
    assert second.step == whole.step == 4
    assert same(second.generator.state_dict(), whole.generator.state_dict())
    assert same(second.average.state_dict(), whole.average.state_dict())
    judge, other = (loop.plan.losses["adversarial"].state()["judge"] for loop in (second, whole))
    assert same(judge, other)


def test_starting_afresh_forgets_the_checkpoint(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / checkpoint.NAME).write_bytes(b"broken")
    assert train(recipe(), out=tmp_path / "out", vgg=vgg, progress=False, resume=False).is_dir()


def test_the_warm_up_is_for_the_content_alone(recipe: Written, vgg: Path) -> None:
    loop = loop_of(recipe("seed = 3", "seed = 3\nwarmup_steps = 1"), vgg)
    assert "gram=" not in loop.advance()
    assert "gram=" in loop.advance()


def test_each_phase_starts_at_its_rate_and_falls(recipe: Written, vgg: Path) -> None:
    loop = loop_of(recipe(), vgg)
    seen = []
    for loop.step in range(4):
        phase, rate = loop.schedule()
        seen.append((phase.size, rate))
    assert [size for size, _ in seen] == [64, 64, 64, 48]
    assert seen[0][1] == seen[3][1] == pytest.approx(1e-3)
    assert seen[0][1] > seen[1][1] > seen[2][1] > 0


def test_a_checkpoint_of_another_recipe_is_refused(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    loop_of(recipe(), vgg).save(tmp_path / "out" / checkpoint.NAME)
    with pytest.raises(WrongCheckpoint, match="of another recipe, or of this one before it changed; move it away"):
        train(recipe("seed = 3", "seed = 4"), out=tmp_path / "out", vgg=vgg, progress=False)


def test_a_damaged_checkpoint_is_refused(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / checkpoint.NAME).write_bytes(b"half a checkpoint")
    with pytest.raises(WrongCheckpoint, match=r"checkpoint\.pt: the checkpoint cannot be read"):
        train(recipe(), out=tmp_path / "out", vgg=vgg, progress=False)


def test_a_checkpoint_with_a_byte_changed_is_refused_or_read(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    loop, path, draws = loop_of(recipe(), vgg), tmp_path / checkpoint.NAME, random.Random(1)
    loop.save(path)
    whole, refused = path.read_bytes(), 0
    for _ in range(60):
        place = draws.randrange(3000)  # its pickle is in there
        path.write_bytes(whole[:place] + bytes([draws.randrange(256)]) + whole[place + 1 :])
        try:
            checkpoint.load(path, loop.plan.digest)
        except WrongCheckpoint:
            refused += 1
    assert refused > 20


def test_a_loss_that_is_no_number_keeps_the_last_good_checkpoint(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    path, out = recipe(), tmp_path / "out"
    out.mkdir()
    loop = loop_of(path, vgg)
    loop.advance()
    loop.save(out / checkpoint.NAME)
    poisoned = checkpoint.load(out / checkpoint.NAME, loop.plan.digest)
    poisoned["generator"]["leave.bias"].fill_(float("nan"))
    checkpoint.save(out / checkpoint.NAME, loop.plan.digest, poisoned)
    before = (out / checkpoint.NAME).read_bytes()
    with pytest.raises(
        Diverged, match=r"not a number at step 2; the checkpoint of step 1 is kept\. Lower `phases\.rate`"
    ):
        train(path, out=out, vgg=vgg, progress=False)
    assert (out / checkpoint.NAME).read_bytes() == before


@pytest.mark.parametrize("step", [24, 99, 124])
def test_a_training_goes_on_from_any_step(recipe: Written, vgg: Path, tmp_path: Path, step: int) -> None:
    """Right before the watch looks at pictures too, of which it has seen none since."""
    path = recipe("steps = 3", "steps = 200")
    loop = loop_of(path, vgg)
    loop.step = step
    loop.save(tmp_path / "half.pt")
    loop.restore(checkpoint.load(tmp_path / "half.pt", loop.plan.digest))
    loop.advance()
    assert loop.step == step + 1


def test_weights_that_are_no_numbers_are_never_kept(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    """A gradient may overflow although the loss is a number; the last step's weights would go into the pack."""
    loop = loop_of(recipe(), vgg)
    course = Course(loop, tmp_path / checkpoint.NAME, lambda _: None, progress=False)
    for _ in range(3):
        loop.advance()
    loop.save(course.kept)
    for group in loop.optimiser.param_groups:
        group["weight_decay"] = float("inf")
    with pytest.raises(Diverged, match=r"^A weight is not a number at step 4; the checkpoint of step 3 is kept\."):
        course.run()
    assert checkpoint.load(course.kept, loop.plan.digest)["step"] == 3


def test_a_checkpoint_of_an_earlier_version_is_refused(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    path, out = recipe(), tmp_path / "out"
    out.mkdir()
    checkpoint.save(out / checkpoint.NAME, recipes.read(path).digest, {"step": 2, "seconds": 1.0, "history": []})
    with pytest.raises(WrongCheckpoint, match="of another version of Atelier; move it away"):
        train(path, out=out, vgg=vgg, progress=False)


@contextmanager
def no_file_larger_than(limit: int) -> Iterator[None]:
    """A disk that is full after so many bytes, as the system itself refuses them."""
    resource = pytest.importorskip("resource", reason="the limit is POSIX's")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("limit", [100, 4_000, 100_000])  # in the archive's head, in a tensor, close to its end
def test_a_full_disk_leaves_the_former_checkpoint(tmp_path: Path, limit: int) -> None:
    path = tmp_path / checkpoint.NAME
    checkpoint.save(path, "digest", {"step": 1})
    with (
        no_file_larger_than(limit),
        pytest.raises(NotWritten, match=r"checkpoint\.pt cannot be written \(File too large\); what was kept .* whole"),
    ):
        checkpoint.save(path, "digest", {"step": 2, "weights": torch.rand(25_100)})
    assert checkpoint.load(path, "digest")["step"] == 1
    assert [each.name for each in tmp_path.iterdir()] == [checkpoint.NAME]


def test_a_training_whose_disk_fills_up_goes_on_later(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    path, out = recipe(), tmp_path / "out"
    out.mkdir()
    loop = loop_of(path, vgg)
    loop.advance()
    loop.save(out / checkpoint.NAME)
    with no_file_larger_than(20_000), pytest.raises(NotWritten, match="run the same command again"):
        train(path, out=out, vgg=vgg, progress=False)
    said: list[str] = []
    assert pack.read(train(path, out=out, vgg=vgg, progress=False, echo=said.append)).id == "tiny"
    assert said[-1] == "Going on from step 1 of 4."


def test_a_folder_that_cannot_be_made_is_named(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(NotWritten, match=r"out/run cannot be written \(Not a directory\)"):
        train(recipe(), out=tmp_path / "out/run", vgg=vgg, progress=False)


def test_tensorboard_gets_curves_and_sheets(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    path = recipe("steps = 3", "steps = 24")
    train(path, out=tmp_path / "out", vgg=vgg, progress=False)
    (file,) = (tmp_path / "out/tensorboard").iterdir()
    events = loader.EventFileLoader(str(file)).Load()
    seen = {(value.tag, event.step) for event in events for value in event.summary.value}
    losses = {(f"loss/{name}", 25) for name in recipes.read(path).losses}
    assert seen == {*losses, ("rate", 25), ("steps per second", 25), ("sheet", 25)}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # its own thread moans as well
def test_curves_that_cannot_be_written_end_with_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    said, others = list[str](), threading.enumerate()
    with no_file_larger_than(400), Board(tmp_path, 0, said.append) as board:
        for step in range(10_000):
            board.scalars(step, {"loss": 1.0})
            if said:
                break
    for thread in threading.enumerate():  # what it moans belongs to this test, not to the next
        if thread not in others:
            thread.join(10)
    assert said == ["TensorBoard's curves end here: they cannot be written (File too large)."]


def test_without_tensorboard_the_training_goes_on(
    recipe: Written, vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)  # what importing it meets where it is absent
    said: list[str] = []
    assert train(recipe(), out=tmp_path / "out", vgg=vgg, progress=False, echo=said.append).is_dir()
    assert said[-1].startswith("TensorBoard is not installed, so no curves are kept")


FLAT = """[losses.total_variation]
weight = 1000
"""


def test_what_the_watch_says_is_told_and_reported(
    recipe: Written, vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("styles.training.watch.EARLY", 25)  # a miniature has little patience
    monkeypatch.setattr("styles.training.watch.PATIENCE", 2)
    text = recipe().read_text()
    phases, rest = text.index("[[phases]]"), text.index("[licence]")
    phase = "[[phases]]\nsteps = 75\nsize = 32\nbatch = 1\nrate = 1e-2\n"
    path = tmp_path / "flat.toml"
    path.write_text(f"{text[:phases]}{phase}{FLAT}{text[rest:]}")
    said: list[str] = []
    report = pack.report(train(path, out=tmp_path / "out", vgg=vgg, progress=False, echo=said.append))
    assert report["warnings"]
    assert all(warning.startswith("The results ") for warning in report["warnings"])
    assert said[-len(report["warnings"]) :] == report["warnings"]


def test_an_empty_folder_of_photos_is_named(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    path = recipe('["photos/*.png"]\nshare', '["snapshots/*"]\nshare')
    with pytest.raises(BadPicture, match=r"snapshots.*no such picture, or an empty folder"):
        train(path, out=tmp_path / "out", vgg=vgg, progress=False)


def test_a_device_that_is_not_there_is_named(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="The device cuda:77 cannot be used here"):
        train(recipe(), out=tmp_path / "out", vgg=vgg, progress=False, device_name="cuda:77")
