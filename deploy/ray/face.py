"""The HTTP face of the cluster: our usual application in front of the replicas. It needs no device."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from ray import serve
from ray.exceptions import RayError
from ray.serve.exceptions import RayServeException

from deploy import logs
from deploy.ray.bridge import Bridge
from deploy.ray.measures import together
from deploy.ray.service import RayService
from deploy.settings import Settings, reveal
from inference.http import application

log = logging.getLogger(__name__)

STYLER = "Styler"
MEASURED_EVERY_S = 5.0


def build() -> Bridge:
    """Build the ASGI application; Ray calls this in each replica of the face."""
    settings = Settings.load()
    logs.configure(settings.secrets())
    token = reveal(settings.inference_token)

    @asynccontextmanager
    async def opened() -> AsyncIterator[web.Application]:
        service = RayService(serve.get_deployment_handle(STYLER))
        measures = Measures(service)
        measuring = asyncio.create_task(measures.keep(), name="measure")
        try:
            yield application(service, token=token, metrics=measures.text)
        finally:
            measuring.cancel()
            await asyncio.gather(measuring, return_exceptions=True)

    return Bridge(opened, guarded=token is not None)


class Measures:
    """What all replicas measured, a few seconds ago at most: Prometheus asks more seldom."""

    def __init__(self, service: RayService) -> None:
        self._service, self._text = service, b""

    def text(self) -> bytes:
        return self._text

    async def keep(self) -> None:
        """Ask again and again."""
        while True:
            try:
                self._text = together(await self._service.metrics())
            except (RayError, RayServeException) as error:  # a replica went meanwhile; the next time it is not asked
                log.debug("not every replica could be measured: %s", type(error).__name__)
            await asyncio.sleep(MEASURED_EVERY_S)
