"""Our service as an engine: put together as ``atelier serve`` does, with the offer's styles and room for its cache.

python -m deploy.bench.host --offer OFFER --port PORT
"""

import asyncio
from contextlib import suppress
from dataclasses import replace

from deploy.bench import simulated
from deploy.bench.library import NotedLibrary, device
from deploy.bench.offer import Offer, arguments, styles
from deploy.listening import listening, reserved
from inference.device import LOADS_AHEAD
from inference.embedded import EmbeddedService
from inference.http import application
from inference.limits import Limits


async def serve(offer: Offer, port: int) -> None:
    """Until Ctrl-C."""
    library = NotedLibrary(offer)
    with reserved(f"127.0.0.1:{port}") as places:
        async with (
            EmbeddedService(
                library,
                device=device(offer).name.type,
                runtime=device(offer).runtime,  # a simulated device is nothing that a real runtime could make faster
                limits=limits(offer, library),
            ) as service,
            listening(application(service, token=None, metrics=service.metrics.text), places),
        ):
            await asyncio.Event().wait()


def limits(offer: Offer, library: NotedLibrary) -> Limits:
    """The usual ones, but for the cache, and the room that a batch has on a device that is not this machine's."""
    where = device(offer)
    weight_bytes = where.load(library.load, styles(offer.roots)[0]).weight_bytes
    cache_bytes = round((offer.cache + 0.5) * weight_bytes)  # half of one: generators are not all of one size
    usual = Limits(cache_bytes=cache_bytes)
    if not offer.simulated:
        return usual
    as_an_accelerator = {"batch_bytes": simulated.BATCH_BYTES, "lanes": 1, "loads_ahead": LOADS_AHEAD}
    return replace(usual, batch_jobs=offer.batch, **as_an_accelerator)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(*arguments()))
