"""Sends jobs through Ray by style and by chance; prints how many generators were loaded for each. Its own process.

python -m tests.deploy.ray_scattered ADDRESS JOBS BY_STYLE BY_CHANCE     (styles with commas between them)
"""

import asyncio
import json
import logging
import random
import sys
from collections.abc import Callable, Sequence

import ray
from prometheus_client.parser import text_string_to_metric_families
from ray import serve

from deploy.ray.face import STYLER
from deploy.ray.service import RayService
from inference.job import Job, Options
from tests.hostile import encoded, photo

AT_ONCE = 12


async def run(service: RayService, styles: Sequence[str], jobs: int) -> None:
    """So many jobs, a few at once, with popularity as 1, 1/2, 1/3 … of the styles."""
    chance, room, picture = random.Random(5), asyncio.Semaphore(AT_ONCE), encoded(photo(64, 64))
    wanted = chance.choices(styles, [1 / (n + 1) for n in range(len(styles))], k=jobs)

    async def one(n: int, style: str) -> None:
        async with room:
            await service.stylize(Job(picture, style, Options(max_side=64), user=f"test:{n % 20}"))

    await asyncio.gather(*(one(n, style) for n, style in enumerate(wanted)))


async def loads(service: RayService) -> dict[str, int]:
    """Of each style, in all replicas."""
    found: dict[str, int] = {}
    for _, text in await service.metrics():
        for family in text_string_to_metric_families(text.decode()):
            for sample in family.samples:
                if sample.name == "atelier_cache_loads_total":
                    style = sample.labels["style"]
                    found[style] = found.get(style, 0) + int(sample.value)
    return found


async def compare(jobs: int, by_style: Sequence[str], by_chance: Sequence[str]) -> dict[str, float]:
    keys: dict[str, tuple[Sequence[str], Callable[[Job], str]]] = {
        "by style": (by_style, lambda job: job.style),
        "by chance": (by_chance, lambda _: random.randbytes(8).hex()),
    }
    told = {}
    for name, (styles, key) in keys.items():
        service = RayService(serve.get_deployment_handle(STYLER, "atelier"), key=key)
        before = await loads(service)
        await run(service, styles, jobs)
        after = await loads(service)
        told[name] = 1000 * sum(after.get(style, 0) - before.get(style, 0) for style in styles) / jobs
    return told


if __name__ == "__main__":
    ray.init(address=sys.argv[1], namespace="serve", log_to_driver=False, logging_level=logging.ERROR)
    print(json.dumps(asyncio.run(compare(int(sys.argv[2]), sys.argv[3].split(","), sys.argv[4].split(",")))))
