"""Two replicas on a real Ray cluster: the service's stories, and what only several replicas can do or suffer."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

pytest.importorskip("ray", reason="needs the extra “ray”")

from inference.client import RemoteService
from inference.embedded import EmbeddedService
from inference.errors import Busy, NotAuthorised
from inference.job import Format, Job, Options, Result
from inference.service import Service
from styles.compiled import MEAN_STEPS, MOST_STEPS
from styles.library import Library
from tests.deploy.ray_cluster import TOKEN, Cluster
from tests.hostile import encoded, photo
from tests.inference import test_service_suite as suite
from tests.program import ROOT
from tests.styles.making import write_pack

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),  # the cluster starts in the first one
    pytest.mark.filterwarnings("ignore:(Possibly c|C)orrupt EXIF:UserWarning"),  # Pillow's word on some inputs
]

BY_STYLE = [f"near-{n}" for n in range(8)]
BY_CHANCE = [f"far-{n}" for n in range(8)]
JOBS = 120
PATIENCE_S = 120


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("packs")
    for seed, style in enumerate(["tiny", "tinted", *BY_STYLE, *BY_CHANCE], start=1):
        write_pack(root, style, seed=seed)
    return root


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(packs: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    settings = {"ATELIER_STYLES": str(packs), "ATELIER_DEVICE": "cpu"}
    async with Cluster(tmp_path_factory.mktemp("cluster"), settings) as running:
        yield running
        assert TOKEN not in running.logged()


@pytest_asyncio.fixture(loop_scope="module")
async def service(cluster: Cluster) -> AsyncIterator[RemoteService]:
    async with RemoteService(cluster.url, TOKEN) as remote:
        yield remote


TOLD_AGAIN = (
    suite.test_a_photo_comes_back_styled,
    suite.test_progress_says_queued_then_running,
    suite.test_unknown_styles_are_refused_with_the_nearest,
    suite.test_options_out_of_range_are_refused,
    suite.test_size_crop_and_mark_are_obeyed,
    suite.test_hostile_pictures_are_refused_and_the_service_stays_up_in_bounded_memory,
    suite.test_odd_pictures_are_styled,
    suite.test_a_deadline_that_has_passed_is_told,
    suite.test_many_people_and_styles_are_all_answered,
    suite.test_cancelling_one_harms_nobody,
)


@pytest.mark.parametrize("story", TOLD_AGAIN, ids=lambda story: story.__name__.removeprefix("test_"))
async def test_the_services_story(service: RemoteService, story: Callable[[Service], Awaitable[None]]) -> None:
    await story(service)


def pixels(result: Result) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.asarray(Image.open(io.BytesIO(result.picture))).astype(int)


async def test_the_cluster_gives_the_same_pictures_as_one_machine(service: RemoteService, packs: Path) -> None:
    exact = Options(format=Format.PNG)
    jobs = [Job(encoded(photo(96, 64 + 16 * n)), style, exact) for n in range(2) for style in ("tiny", "tinted")]
    async with EmbeddedService(Library.open([packs], built_in=packs / "none"), device="cpu") as near:
        for job in jobs:
            far, own = pixels(await service.stylize(job)), pixels(await near.stylize(job))
            apart = np.abs(far - own)  # one may have prepared a style for OpenVINO where the other still has torch
            assert apart.mean() <= MEAN_STEPS
            assert apart.max() <= MOST_STEPS
        there = {info.id: info for info in await service.styles()}
        assert all(there[info.id] == info for info in await near.styles())
        assert await service.preview("tiny") == await near.preview("tiny")
        assert await service.sheet(["tiny", "tinted"]) == await near.sheet(["tiny", "tinted"])


async def test_who_has_no_token_sees_nothing(cluster: Cluster) -> None:
    async with RemoteService(cluster.url, "guess") as stranger:
        with pytest.raises(NotAuthorised):
            await stranger.styles()


async def test_nobody_fills_the_cluster_alone(service: RemoteService) -> None:
    job = Job(encoded(photo(256, 256)), "tiny", user="test:greedy")
    outcomes = await asyncio.gather(*(service.stylize(job) for _ in range(40)), return_exceptions=True)
    assert all(isinstance(outcome, Result | Busy) for outcome in outcomes)
    assert sum(isinstance(outcome, Result) for outcome in outcomes) >= 24


async def test_a_style_stays_where_it_is_loaded(cluster: Cluster) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [
            *(sys.executable, "-m", "tests.deploy.ray_scattered", cluster.address, str(JOBS)),
            *(",".join(BY_STYLE), ",".join(BY_CHANCE)),
        ],
        cwd=ROOT,
        env=cluster.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    loads = json.loads(done.stdout.splitlines()[-1])
    once = 1000 * len(BY_STYLE) / JOBS
    assert loads["by style"] <= once  # no load but the first, which another story may have had
    assert loads["by chance"] > 1.4 * once


async def test_a_replica_that_is_killed_loses_no_job(cluster: Cluster, service: RemoteService) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(cluster.replicas()) < 2:  # another story may have killed one
            await asyncio.sleep(0.2)
        styles, picture = ("tiny", "tinted", *BY_STYLE), encoded(photo(512, 512))
        jobs = [Job(picture, styles[n % 10], user=f"test:{n}") for n in range(40)]
        begun = asyncio.Event()
        told = [asyncio.create_task(service.stylize(job, lambda _: begun.set())) for job in jobs]
        await begun.wait()
        os.kill(cluster.replicas()[0], signal.SIGKILL)
        results = await asyncio.gather(*told)
        assert [result.style for result in results] == [job.style for job in jobs]
        while len(cluster.replicas()) < 2:
            await asyncio.sleep(0.2)
