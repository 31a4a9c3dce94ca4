"""Ray Serve: https://docs.ray.io/en/latest/serve (``serve.batch`` and ``serve.multiplexed`` in one deployment)."""

# mypy: disable-error-code="import-not-found, import-untyped", allow-subclassing-any, allow-untyped-decorators

import asyncio
import os
import time
from contextlib import suppress
from typing import Any

from deploy.bench.hands import Hands
from deploy.bench.offer import Offer, arguments
from inference.errors import ServiceError
from inference.pictures import Pixels
from inference.worker import cores
from styles.style import Style
from tests.benchmarks.peers.sorting import Wanted, paint

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray
import torch
from ray import serve
from starlette.requests import Request
from starlette.responses import Response


def deployment(offer: Offer) -> Any:
    """The one deployment, with the offer in its decorators."""

    @serve.deployment(max_ongoing_requests=1000, ray_actor_options={"num_cpus": cores()})
    class Painter:
        def __init__(self) -> None:
            torch.set_num_threads(cores())
            self._hands = Hands(offer)

        @serve.multiplexed(max_num_models_per_replica=offer.cache)
        async def generator(self, style: str) -> Style:
            return await asyncio.to_thread(self._hands.load, style)

        @serve.batch(max_batch_size=offer.batch, batch_wait_timeout_s=0.010)
        async def paint(self, jobs: list[Wanted]) -> list[Pixels | Exception]:
            loaded = {style: await self.generator(style) for style in dict.fromkeys(style for style, _ in jobs)}
            return await asyncio.to_thread(paint, self._hands, jobs, loaded.__getitem__)

        async def __call__(self, request: Request) -> Response:
            picture, style = await request.body(), request.query_params["style"]  # the header routes by it, too
            try:
                prepared = await asyncio.to_thread(self._hands.prepare, picture, style)
            except ServiceError as error:
                return Response(error.message, 400)
            styled = await self.paint((style, prepared.pixels))
            if isinstance(styled, Exception):
                raise styled
            jpeg = await asyncio.to_thread(self._hands.finish, prepared, styled, style)
            return Response(jpeg, media_type="image/jpeg")

    made: Any = Painter  # the decorator made a deployment of it
    return made.bind()


def main(offer: Offer, port: int) -> None:
    ray.init(num_cpus=max(2, cores()), include_dashboard=False, object_store_memory=200_000_000)
    serve.start(http_options={"host": "127.0.0.1", "port": port, "request_timeout_s": 600})
    try:
        serve.run(deployment(offer), route_prefix="/stylize")
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)
    finally:
        ray.shutdown()


if __name__ == "__main__":
    main(*arguments())
