"""``atelier train`` as a person meets it."""

import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from styles import pack
from styles.training import checkpoint
from styles.training import recipe as recipes
from styles.training.loop import Loop
from tests.styles.training.conftest import Written, draw, loop_of


def atelier(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["train", *map(str, words)])


def test_a_check_says_what_is_there_and_trains_nothing(recipe: Written, tmp_path: Path) -> None:
    result = atelier(recipe(), "--check", "--out", tmp_path / "out")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == f"art: 1, 80x120 pixels, in {tmp_path}/art"
    assert lines[-1] == "All pictures can be learnt from."
    assert not (tmp_path / "out").exists()


def test_a_check_names_what_is_wrong_and_ends_with_2(recipe: Written, tmp_path: Path) -> None:
    draw(tmp_path / "photos/tiny.png", 5, (20, 90))
    result = atelier(recipe(), "--check")
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: {tmp_path}/photos/tiny.png: only 20x90 pixels; at least 32 on each side are needed.\n"
    )


def test_the_pictures_may_lie_elsewhere(recipe: Written, tmp_path: Path) -> None:
    path = recipe().rename(tmp_path / "vgg.toml")
    (tmp_path / "far").mkdir()
    moved = path.rename(tmp_path / "far/tiny.toml")
    assert atelier(moved, "--check").exit_code == 2
    assert atelier(moved, "--check", "--data", tmp_path).exit_code == 0


def test_a_quiet_training_says_where_the_pack_is_and_a_loud_one_how_long_it_takes(
    recipe: Written, vgg: Path, tmp_path: Path
) -> None:
    words = ("--out", tmp_path / "out", "--vgg", vgg, "--device", "cpu")
    result = atelier(recipe(), *words, "--quiet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"The pack is ready: {tmp_path}/out/pack\n"
    assert pack.read(tmp_path / "out/pack").id == "tiny"
    changed = recipe("steps = 3", "steps = 4")
    refused = atelier(changed, *words)
    assert refused.exit_code == 2
    assert "of another recipe" in refused.stderr
    restarted = atelier(changed, *words, "--restart")
    last = restarted.stderr.strip().splitlines()[-1]
    assert restarted.exit_code == 0
    assert "step 5 of 5, " in last
    assert " steps/s, 00:00 left, content=" in last


@pytest.mark.parametrize("word", ["--check", "[pairs]", "cycle", "init", "torchrun", "tensorboard"])
def test_the_help_teaches(word: str) -> None:
    assert word in atelier("--help").stdout


def interrupted(monkeypatch: pytest.MonkeyPatch, step: int, *asked: signal.Signals) -> None:
    """Have signals come amid a step: of all moments the one that tells whether steps are left half done."""
    whole = Loop.schedule

    def schedule(loop: Loop) -> object:
        if loop.step == step - 1:
            for each in asked:
                signal.raise_signal(each)
        return whole(loop)

    monkeypatch.setattr(Loop, "schedule", schedule)


@pytest.mark.skipif(os.name == "nt", reason="raises a POSIX signal")
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_a_checkpoint_that_goes_on(
    recipe: Written, vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: signal.Signals
) -> None:
    path, out = recipe("steps = 3", "steps = 5000"), tmp_path / "out"
    former = signal.getsignal(asked)
    interrupted(monkeypatch, 2, asked)
    result = atelier(path, "--out", out, "--vgg", vgg, "--device", "cpu", "--quiet")
    kept = out / checkpoint.NAME
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: Stopped at step 2 of 5001; {kept} is kept, and the same command goes on from there.\n"
    )
    assert signal.getsignal(asked) is former
    loop = loop_of(path, vgg)
    loop.restore(checkpoint.load(kept, recipes.read(path).digest))
    loop.advance()
    assert loop.step == 3


@pytest.mark.skipif(os.name == "nt", reason="raises a POSIX signal")
def test_a_second_ctrl_c_stops_at_once(
    recipe: Written, vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(monkeypatch, 2, signal.SIGINT, signal.SIGINT)
    result = atelier(recipe(), "--out", tmp_path / "out", "--vgg", vgg, "--device", "cpu", "--quiet")
    assert (result.exit_code, result.stderr.strip()) == (1, "Aborted!")
    assert not (tmp_path / "out" / checkpoint.NAME).exists()
