"""A plain FIFO of one: one thread takes the jobs as they came, and decodes, generates and encodes one after another."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from aiohttp import web

from deploy.bench.hands import Hands
from deploy.bench.offer import Offer, arguments
from inference.errors import ServiceError


async def serve(offer: Offer, port: int) -> None:
    hands, one = Hands(offer), ThreadPoolExecutor(1)

    def work(picture: bytes, style: str) -> bytes:
        prepared = hands.prepare(picture, style)
        [styled] = hands.paint(hands.style(style), [prepared.pixels])
        if isinstance(styled, Exception):
            raise styled
        return hands.finish(prepared, styled, style)

    async def stylize(request: web.Request) -> web.Response:
        picture = await request.read()
        try:
            jpeg = await asyncio.get_running_loop().run_in_executor(one, work, picture, request.query["style"])
        except ServiceError as error:
            return web.Response(status=400, text=error.message)
        return web.Response(body=jpeg, content_type="image/jpeg")

    app = web.Application(client_max_size=20_000_000)
    app.add_routes([web.post("/stylize", stylize)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(*arguments()))
