"""Two real processes train together, as ``torchrun`` starts them, and agree."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from styles import pack
from styles.training import checkpoint, train
from styles.training import recipe as recipes
from styles.training.loop import Loop
from styles.training.studio import Studio
from tests.styles.training.conftest import Written

CPU = torch.device("cpu")
ROOT = Path(__file__).parents[3]
pytestmark = [
    pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no way for processes to talk"),
    pytest.mark.timeout(240),  # each process imports torch anew, beside others on a busy core
]

# Goes on from a checkpoint for two steps; the first process keeps the next one, and both say what they have.
TOGETHER = """
import sys
from pathlib import Path
import torch
from styles.training import checkpoint, recipe, team
from styles.training.loop import Loop
from styles.training.studio import Studio

path, vgg, out = map(Path, sys.argv[1:])
cpu, plan = torch.device("cpu"), recipe.read(path)
with team.joined(cpu) as crew:
    loop = Loop(plan, Studio.open(plan, path.parent, vgg, cpu), cpu, crew)
    loop.restore(checkpoint.load(out / checkpoint.NAME, plan.digest))
    loop.advance()
    loop.advance()
    mean = torch.tensor([1.0 + 2 * crew.rank])
    crew.average([mean])
    seen = {"mean": mean.item(), "any": crew.any(crew.rank == 1), "none": crew.any(False)}
    state = {"generator": loop.generator.state_dict(), "average": loop.average.state_dict()}
    state |= {"judge": plan.losses["adversarial"].state()["judge"], "losses": loop.losses, "seen": seen}
    torch.save(state, out / f"{crew.rank}.pt")
    crew.wait()
    if crew.first:
        loop.save(out / checkpoint.NAME)
"""


def started(*words: str | Path, **environment: str) -> "subprocess.Popen[str]":
    settings = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **environment}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *map(str, words)], env=settings, cwd=ROOT, stdout=pipe, stderr=pipe, text=True
    )


def free_port() -> int:
    with socket.socket() as knocker:
        knocker.bind(("127.0.0.1", 0))
        return int(knocker.getsockname()[1])


def two_of(*command: str | Path) -> list[str]:
    """Run two processes with what ``torchrun`` tells them, without the time that it takes itself; what they moan."""
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": "2"}
    both = [started(*command, RANK=rank, LOCAL_RANK=rank, **meeting) for rank in ("0", "1")]
    moaned = [process.communicate()[1] for process in both]
    return [words for process, words in zip(both, moaned, strict=True) if process.returncode]


def test_one_begins_two_go_on_and_one_ends(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    path, out, script = recipe(), tmp_path / "out", tmp_path / "together.py"
    plan = recipes.read(path)
    alone = Loop(plan, Studio.open(plan, path.parent, vgg, CPU), CPU)
    alone.advance()
    out.mkdir()
    alone.save(out / checkpoint.NAME)
    script.write_text(TOGETHER)
    assert two_of(script, path, vgg, out) == []
    first, second = (torch.load(out / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    for name in ("generator", "average", "judge"):
        assert first[name].keys() == second[name].keys()
        assert all(torch.equal(first[name][key], second[name][key]) for key in first[name])
    assert first["losses"] != second["losses"]  # each saw crops of its own
    assert first["seen"] == second["seen"] == {"mean": 2.0, "any": True, "none": False}
    said: list[str] = []
    train(path, out=out, vgg=vgg, progress=False, echo=said.append)
    assert said[-1] == "Going on from step 3 of 4."


def test_the_command_runs_on_two_and_one_of_them_speaks(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--out", out, "--vgg", vgg, "--device", "cpu", "--quiet")
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "deploy", "train")
    said, moaned = started(*launcher, recipe(), *options).communicate()
    assert said == f"The pack is ready: {out}/pack\n", moaned
    assert pack.report(out / "pack")["processes"] == 2
