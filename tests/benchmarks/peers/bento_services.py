"""BentoML: https://docs.bentoml.com (adaptive batching; a service that batches behind one that takes requests)."""

# mypy: disable-error-code="import-not-found, import-untyped", allow-subclassing-any, allow-untyped-decorators

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any

import bentoml
import numpy as np
from bentoml.exceptions import InvalidArgument
from bentoml.validators import ContentType
from pydantic import BaseModel, ConfigDict

from deploy.bench.hands import Hands
from deploy.bench.offer import Offer
from inference.errors import ServiceError
from inference.pictures import Prepared
from tests.benchmarks.peers.sorting import paint

OFFER = "BENCH_OFFER"
"""Each service is a process of its own, and reads here what it serves."""
BATCH = Offer.of(os.environ[OFFER]).batch
"""Stands in decorators, which run when this module is imported."""
PATIENCE = {"timeout": 600}


class Wanted(BaseModel):
    """One photo for the batch."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    style: str
    pixels: Any


@bentoml.service(workers=1, traffic=PATIENCE)
class Painter:
    def __init__(self) -> None:
        self._hands = Hands(Offer.of(os.environ[OFFER]))

    @bentoml.api(batchable=BATCH > 1, max_batch_size=max(2, BATCH), max_latency_ms=600_000)
    def paint(self, jobs: list[Wanted]) -> list[Any]:
        return paint(self._hands, [(job.style, np.asarray(job.pixels)) for job in jobs])


@bentoml.service(workers=1, traffic=PATIENCE)
class Stylize:
    painter = bentoml.depends(Painter)

    def __init__(self) -> None:
        self._hands = Hands(Offer.of(os.environ[OFFER]))

    def _prepare(self, image: Path, style: str) -> Prepared:
        return self._hands.prepare(image.read_bytes(), style)

    @bentoml.api(route="/predict")
    async def predict(self, image: Path, style: str) -> Annotated[bytes, ContentType("image/jpeg")]:
        try:
            prepared = await asyncio.to_thread(self._prepare, image, style)
        except ServiceError as error:
            raise InvalidArgument(error.message) from error
        [styled] = await self.painter.to_async.paint([Wanted(style=style, pixels=prepared.pixels)])
        return await asyncio.to_thread(self._hands.finish, prepared, np.asarray(styled), style)
