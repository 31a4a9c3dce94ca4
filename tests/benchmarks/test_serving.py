"""What peers share, and what a run leaves behind."""

import importlib.util
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.bench import engine, photos, simulated, traces
from deploy.bench.hands import Hands
from deploy.bench.offer import Offer
from styles.library import BUILT_IN
from tests.benchmarks import serving
from tests.benchmarks.peers.engines import ENGINES
from tests.benchmarks.peers.install import peers
from tests.benchmarks.peers.sorting import paint


@pytest.fixture
def hands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hands:
    for name in ("LAUNCH_S", "LOAD_S"):
        monkeypatch.setattr(simulated, name, 0.001)
    return Hands(Offer((str(BUILT_IN),), str(tmp_path / "notes"), 20, 16, simulated=True))


def test_a_batch_of_mixed_jobs_comes_back_in_its_order(hands: Hands, tmp_path: Path) -> None:
    given = photos.photos()
    wanted = [("ink", "256"), ("pop", "400"), ("ink", "400"), ("ink", "256"), ("pop", "400")]
    jobs = [(style, hands.prepare(given[photo], style).pixels) for style, photo in wanted]
    painted = paint(hands, jobs)
    for (_, pixels), one in zip(jobs, painted, strict=True):
        assert not isinstance(one, Exception)
        assert (one == pixels).all()  # the simulated device leaves pictures as they are
    runs = [line.split()[2] for line in (tmp_path / "notes").read_text().splitlines() if " run " in line]
    assert runs == ["2", "2", "1"]


def test_every_engine_can_be_started_and_every_environment_made() -> None:
    assert ENGINES[0].name == "atelier"
    for one in ENGINES:
        assert importlib.util.find_spec(one.module)
    environments = {Path(one.python).parents[1].name for one in ENGINES[2:]}
    assert environments == set(peers())


@pytest.mark.timeout(300)
def test_a_run_leaves_a_table_json_and_a_plot_and_does_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WARM_S", 1.0)
    monkeypatch.setattr(traces, "OUTSTANDING", (4, 24))
    quick = ["--rounds", "1", "--seconds", "2", "--device", "simulated"]
    words = ["--out", str(tmp_path), "--trace", "one", "--engine", "fifo", *quick]
    done = CliRunner().invoke(serving.command, words)
    assert done.exit_code == 0, done.output
    table = (tmp_path / "serving.txt").read_text()
    assert "SIMULATED" in table
    assert "fifo" in table
    [trace] = json.loads((tmp_path / "serving.json").read_text())["traces"]
    assert trace["measured"][0]["figures"]["pictures_per_second"] > 0
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "simulated").rglob("*.json")}
    assert CliRunner().invoke(serving.command, words).exit_code == 0
    assert files == {path: path.stat().st_mtime_ns for path in (tmp_path / "simulated").rglob("*.json")}
    drawn = (tmp_path / "serving.png").exists()
    assert drawn == bool(importlib.util.find_spec("matplotlib"))
