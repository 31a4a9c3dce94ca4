"""What the cluster is made of, each piece alone and without a cluster."""

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Ray's own
    pytest.importorskip("ray.serve", reason="needs the extra “ray”")

from deploy.ray.measures import together
from deploy.ray.replica import Refusal, Replica
from deploy.ray.service import RayService
from inference.creation import FOREVER, Creation
from inference.errors import NotReady, StyleUnavailable, UnknownStyle
from inference.job import Job, Queued, Result, Running
from inference.metrics import Metrics
from tests.hostile import encoded, photo
from tests.program import ROOT
from tests.styles.making import write_pack


@pytest.fixture
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    write_pack(tmp_path / "packs", "tiny", seed=1)
    monkeypatch.setenv("ATELIER_STYLES", str(tmp_path / "packs"))
    monkeypatch.setenv("ATELIER_DATA", str(tmp_path))
    root = logging.getLogger()
    before = root.handlers[:]
    yield
    root.handlers[:] = before  # a replica's logging is its process' own


@pytest.mark.usefixtures("_settings")
async def test_a_replica_starts_at_its_first_health_check_and_is_ill_when_its_service_has_ended() -> None:
    replica = Replica()
    await replica.check_health()
    said = [each async for each in replica.stylize(Job(encoded(photo()), "tiny"), tell=True)]
    assert isinstance(said[0], Queued)
    assert said[-2] == Running()
    assert isinstance(said[-1], Result)
    [refusal] = [each async for each in replica.stylize(Job(encoded(photo()), "tinny"), tell=False)]
    assert isinstance(refusal, Refusal)
    error = refusal.error()
    assert isinstance(error, UnknownStyle)
    assert error.suggestion == "tiny"
    styles = await replica.styles()
    assert not isinstance(styles, Refusal)
    assert "tiny" in {info.id for info in styles}
    await replica.check_health()
    await replica.close()
    [refusal] = [each async for each in replica.stylize(Job(encoded(photo()), "tiny"), tell=False)]
    assert isinstance(refusal, Refusal)
    assert isinstance(refusal.error(), NotReady)
    with pytest.raises(RuntimeError, match="has ended"):
        await replica.check_health()


def test_measures_of_all_replicas_stand_together() -> None:
    texts = []
    for replica, style in (("a", "ink"), ("b", "ink"), ("b", "pop")):
        metrics = Metrics()
        metrics.finish(style)
        metrics.wait_s.observe(0.2)
        texts.append((replica, metrics.text()))
    text = together(texts).decode()
    assert text.count("# TYPE atelier_jobs_finished_total counter") == 1
    assert 'atelier_jobs_finished_total{replica="a",style="ink"} 1.0' in text
    assert 'atelier_jobs_finished_total{replica="b",style="pop"} 1.0' in text
    assert 'atelier_wait_seconds_bucket{le="0.2",replica="a"} 1.0' in text
    assert together(()) == b""


async def test_styles_are_not_made_on_many_machines() -> None:
    nothing: Any = None  # no replica is asked
    service = RayService(nothing)
    creation = Creation("own", {"en": "Own"}, (b"",), "mine", "telegram:17", "own work", ("*",), FOREVER, "0" * 64)
    with pytest.raises(StyleUnavailable, match="several machines"):
        await service.draft([b""])
    with pytest.raises(StyleUnavailable, match="several machines"):
        await service.create(creation)
    with pytest.raises(UnknownStyle):
        await service.withdraw("own")


def test_the_file_names_what_is_there() -> None:
    from ray.serve.schema import ServeDeploySchema

    yaml = pytest.importorskip("yaml")
    from deploy import ray_app

    config = ServeDeploySchema.model_validate(yaml.safe_load((ROOT / "deploy" / "ray_serve.yaml").read_text()))
    [application] = config.applications
    assert application.import_path == "deploy.ray_app:app"
    assert {each.name for each in application.deployments} == {ray_app.Styler.name, ray_app.Face.name}
