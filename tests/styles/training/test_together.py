"""Two real processes train together, as ``torchrun`` starts them, and agree."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from styles import pack
from styles.training import checkpoint, train
from tests.styles.training.conftest import Written, loop_of

ROOT = Path(__file__).parents[3]
pytestmark = [
    pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no way for processes to talk"),
    pytest.mark.timeout(240),  # each process imports torch anew, beside others on a busy core
]

# The command itself; at the end of its steps, each process also says what it has.
TOGETHER = """
import os, sys
import torch
from deploy.cli import main
from styles.training import course

_, seen, *words = sys.argv
run = course.Course.run

def run_and_tell(self):
    run(self)
    loop, crew = self.loop, self.loop.team
    mean = torch.tensor([1.0 + 2 * crew.rank])
    crew.average([mean])
    told = {"mean": mean.item(), "any": crew.any(crew.rank == 1), "none": crew.any(False)}
    state = {"generator": loop.generator.state_dict(), "average": loop.average.state_dict()}
    state |= {"judge": loop.plan.losses["adversarial"].state()["judge"], "losses": loop.losses, "told": told}
    torch.save(state, os.path.join(seen, f"{crew.rank}.pt"))

course.Course.run = run_and_tell
main(words)
"""


def test_one_begins_two_go_on_by_the_command_and_one_ends(recipe: Written, vgg: Path, tmp_path: Path) -> None:
    path, out, script = recipe(), tmp_path / "out", tmp_path / "together.py"
    alone = loop_of(path, vgg)
    alone.advance()
    out.mkdir()
    alone.save(out / checkpoint.NAME)
    script.write_text(TOGETHER)
    words = ("train", path, "--out", out, "--vgg", vgg, "--device", "cpu", "--quiet")
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    done = subprocess.run(
        [sys.executable, *map(str, (*launcher, script, tmp_path, *words))],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"The pack is ready: {out}/pack\n", done.stderr  # one of them speaks
    assert pack.report(out / "pack")["processes"] == 2
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    for name in ("generator", "average", "judge"):
        assert first[name].keys() == second[name].keys()
        assert all(torch.equal(first[name][key], second[name][key]) for key in first[name])
    assert not torch.equal(first["generator"]["leave.bias"], alone.generator.state_dict()["leave.bias"])
    assert first["losses"] != second["losses"]  # each saw crops of its own
    assert first["told"] == second["told"] == {"mean": 2.0, "any": True, "none": False}
    said: list[str] = []
    train(path, out=out, vgg=vgg, progress=False, echo=said.append)
    assert said[-1] == "Going on from step 4 of 4."
    assert pack.report(out / "pack")["processes"] == 1
