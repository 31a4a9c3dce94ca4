"""A real Ray cluster under a load that comes and goes."""

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="needs the extra “ray”")

from inference.client import RemoteService
from inference.job import Job
from tests.deploy.ray_cluster import GROWING, TOKEN, Cluster
from tests.hostile import encoded, photo
from tests.styles.making import write_pack

PATIENCE_S = 120


@pytest.mark.timeout(300)  # the cluster starts in it
async def test_replicas_come_with_the_load_and_go_with_it(tmp_path: Path) -> None:
    write_pack(tmp_path / "packs", "tiny", seed=1)
    most, picture = 0, encoded(photo(256, 256))

    async def ask(remote: RemoteService, user: str) -> None:
        while most < 2:
            await remote.stylize(Job(picture, "tiny", user=user))

    settings = {"ATELIER_STYLES": str(tmp_path / "packs"), "ATELIER_DEVICE": "cpu"}
    async with (
        Cluster(tmp_path, settings, GROWING) as cluster,
        asyncio.timeout(PATIENCE_S),
        RemoteService(cluster.url, TOKEN) as remote,
    ):
        assert len(cluster.replicas()) == 1
        asking = [asyncio.create_task(ask(remote, f"test:{n}")) for n in range(12)]
        while most < 2:
            await asyncio.sleep(0.2)
            most = max(most, len(cluster.replicas()))
        await asyncio.gather(*asking)
        while len(cluster.replicas()) > 1:
            await asyncio.sleep(0.2)
        assert (await remote.stylize(Job(picture, "tiny"))).picture
