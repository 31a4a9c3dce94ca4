"""The service over HTTP. One request is one job; closing the connection cancels it.

For the latter the runner must be told: ``web.AppRunner(application(…), handler_cancellation=True)``.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from inference.errors import Failed, InvalidRequest, NotReady, ServiceError
from inference.http import wire
from inference.http.creations import read_creation, read_pictures
from inference.http.form import ALL_UPLOADS, Inflow, read_job
from inference.http.safety import authorise, require_program
from inference.job import Event, Job
from inference.limits import Limits
from inference.service import Service

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
EVENTS_KEPT = 64
"""Progress that a slow reader has not taken yet; beyond it, news is dropped for old news would be too."""
READY_S = 5.0
A_DAY = {"Cache-Control": "private, max-age=86400"}
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def application(
    service: Service, *, token: str | None, metrics: Callable[[], bytes] | None = None, limits: Limits | None = None
) -> web.Application:
    """Build the application for a started service.

    ``token`` is asked for on everything but ``/healthz`` and ``/readyz``. ``metrics`` gives the text for Prometheus;
    without it there is no ``/metrics``. ``limits`` bounds the upload.
    """
    face = _Face(service, token, limits or Limits(), metrics)
    app = web.Application(middlewares=[refuse_as_json])
    app.add_routes(
        [
            web.post("/v1/stylize", face.guarded(face.stylize)),
            web.get("/v1/styles", face.guarded(face.styles)),
            web.get("/v1/styles/{id}/preview", face.guarded(face.preview)),
            web.get("/v1/sheet", face.guarded(face.sheet)),
            web.post("/v1/drafts", face.guarded(face.draft, changing=True)),
            web.post("/v1/styles", face.guarded(face.create, changing=True)),
            web.delete("/v1/styles/{id}", face.guarded(face.withdraw, changing=True)),
            web.get("/v1/candidates", face.guarded(face.candidates, changing=True)),
            web.get("/v1/candidates/{id}", face.guarded(face.compared, changing=True)),
            web.post("/v1/candidates/{id}", face.guarded(face.choose, changing=True)),
            web.get("/healthz", face.live),
            web.get("/readyz", face.ready),
        ]
    )
    if metrics:
        app.router.add_get("/metrics", face.guarded(face.measures))
    return app


@web.middleware
async def refuse_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A path or a method that nothing listens to is refused like everything else here; routes answer for themselves."""
    unmatched = request.match_info.http_exception
    if unmatched is None:
        return await handler(request)
    if isinstance(unmatched, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(unmatched.allowed_methods))
        sentence = f"{request.path[:80]} takes {allowed}, not {request.method[:20]}."
        body = {"code": "method_not_allowed", "message": sentence}
        return web.json_response({"error": body}, status=405, headers={hdrs.ALLOW: allowed})
    body = {"code": "not_found", "message": f"There is nothing at {request.path[:80]}."}
    return web.json_response({"error": body}, status=404)


class _Face:
    def __init__(
        self, service: Service, token: str | None, limits: Limits, metrics: Callable[[], bytes] | None
    ) -> None:
        self._service, self._token, self._limits, self._metrics = service, token, limits, metrics
        self._inflow = Inflow(ALL_UPLOADS * limits.picture_bytes)

    def guarded(self, handler: Handler, *, changing: bool = False) -> Handler:
        """Let only those in who may, and answer every failure as JSON. ``changing``: it makes or removes styles."""

        async def guard(request: web.Request) -> web.StreamResponse:
            try:
                authorise(request, self._token)
                if changing:
                    require_program(request, self._token)
                return await handler(request)
            except ServiceError as error:
                return _refusal(error)
            except (web.HTTPException, ConnectionError):
                raise
            except Exception:  # the border: whole to the log, one calm sentence to the caller
                log.exception("%s %s failed", request.method, request.path)
                return _refusal(Failed())

        return guard

    async def stylize(self, request: web.Request) -> web.StreamResponse:
        job = await read_job(request, self._limits, self._inflow)
        if wire.STREAM in request.headers.get(hdrs.ACCEPT, ""):
            return await self._stream(request, job)
        result = await self._service.stylize(job)
        return web.Response(body=result.picture, content_type=result.media_type, headers=wire.result_headers(result))

    async def _stream(self, request: web.Request, job: Job) -> web.StreamResponse:
        """Progress, line by line. What fails before the first line has its status; afterwards it is a line."""
        events: asyncio.Queue[Event | None] = asyncio.Queue()

        def hear(event: Event) -> None:
            if events.qsize() < EVENTS_KEPT:
                events.put_nowait(event)

        work = asyncio.ensure_future(self._service.stylize(job, hear))
        work.add_done_callback(lambda _: events.put_nowait(None))
        stream = web.StreamResponse(headers={hdrs.CONTENT_TYPE: wire.STREAM, hdrs.CACHE_CONTROL: "no-store"})
        try:
            await _tell(request, stream, events)
            result = await work
            await _write(request, stream, wire.line(wire.from_result(result)) + result.picture)
        except Exception as error:  # the border of a stream whose status has gone out
            if not stream.prepared or isinstance(error, ConnectionError):
                raise
            await stream.write(wire.line({"event": "error", **wire.from_error(_as_service_error(error))}))
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        return stream

    async def styles(self, _: web.Request) -> web.Response:
        return web.json_response({"styles": [wire.from_style(info) for info in await self._service.styles()]})

    async def preview(self, request: web.Request) -> web.Response:
        picture = await self._service.preview(request.match_info["id"])
        return web.Response(body=picture, content_type="image/jpeg", headers=A_DAY)

    async def sheet(self, request: web.Request) -> web.Response:
        styles = tuple(name for name in request.query.get("styles", "").split(",") if name)
        return web.Response(body=await self._service.sheet(styles), content_type="image/jpeg")

    async def draft(self, request: web.Request) -> web.Response:
        pictures = await read_pictures(request, self._limits, self._inflow)
        return web.Response(body=await self._service.draft(pictures), content_type="image/jpeg")

    async def create(self, request: web.Request) -> web.Response:
        creation = await read_creation(request, self._limits, self._inflow)
        return web.json_response(wire.from_style(await self._service.create(creation)))

    async def withdraw(self, request: web.Request) -> web.Response:
        await self._service.withdraw(request.match_info["id"])
        return web.json_response({"withdrawn": request.match_info["id"]})

    async def candidates(self, _: web.Request) -> web.Response:
        styles = await self._service.candidates()
        return web.json_response({"trains": await self._service.trains(), "styles": styles})

    async def compared(self, request: web.Request) -> web.Response:
        picture = await self._service.compared(request.match_info["id"])
        return web.Response(body=picture, content_type="image/jpeg", headers={hdrs.CACHE_CONTROL: "no-store"})

    async def choose(self, request: web.Request) -> web.Response:
        style, choice = request.match_info["id"], request.query.get("choice")
        if choice not in ("new", "old"):
            raise InvalidRequest("The query “choice” must be “new” or “old”.")
        await self._service.choose(style, new=choice == "new")
        return web.json_response({"chosen": choice})

    async def live(self, _: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(self, _: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READY_S):
                await self._service.styles()
        except (ServiceError, TimeoutError):
            return _refusal(NotReady("The service is not ready."))
        return web.json_response({"ready": True})

    async def measures(self, _: web.Request) -> web.Response:
        text = self._metrics() if self._metrics else b""
        return web.Response(body=text, headers={hdrs.CONTENT_TYPE: PROMETHEUS})


async def _tell(request: web.Request, stream: web.StreamResponse, events: "asyncio.Queue[Event | None]") -> None:
    """Write events until the job is over; now and then an empty line, so that the caller knows us alive."""
    while True:
        try:
            event = await asyncio.wait_for(events.get(), wire.ALIVE_EVERY_S)
        except TimeoutError:
            await _write(request, stream, b"\n")
            continue
        if event is None:
            return
        await _write(request, stream, wire.line(wire.from_event(event)))


async def _write(request: web.Request, stream: web.StreamResponse, data: bytes) -> None:
    if not stream.prepared:
        await stream.prepare(request)
    await stream.write(data)


def _as_service_error(error: Exception) -> ServiceError:
    if isinstance(error, ServiceError):
        return error
    log.error("a job failed", exc_info=error)
    return Failed()


def _refusal(error: ServiceError) -> web.Response:
    return web.json_response(wire.from_error(error), status=error.status, headers=wire.error_headers(error))
