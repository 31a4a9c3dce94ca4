"""The page over HTTP: whole once, then one fragment of it every two seconds."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from bots.web.serving import file, headers, sealed
from deploy.operator.door import Door
from deploy.operator.looks import Looks
from deploy.operator.words import templates
from inference.errors import ServiceError
from inference.service import Service

log = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
_FORM_BYTES = 4096
# Without a referrer a form's Origin would be “null”.
_HEADERS = headers("img-src 'self'; form-action 'self'", "same-origin")


class OperatorPage:
    """``left_out`` names the packs that cannot be offered, each with a sentence."""

    def __init__(
        self, door: Door, looks: Looks, service: Service, left_out: Callable[[], Sequence[str]] = lambda: ()
    ) -> None:
        self._door, self._looks, self._service, self._left_out = door, looks, service, left_out
        self._templates = templates()

    def routes(self) -> list[web.RouteDef]:
        """All under /operator."""
        return [
            web.get("/operator", sealed(self.page, _HEADERS)),
            web.get("/operator/now", sealed(self.now, _HEADERS)),
            web.get("/operator/packs/{id}", sealed(self.preview, _HEADERS)),
            web.get("/operator/static/{name}", sealed(self.static, _HEADERS)),
            web.post("/operator/enter", sealed(self.enter, _HEADERS)),
            web.post("/operator/leave", sealed(self.leave, _HEADERS)),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        if not self._door.open_to(request):
            return self._login(401)
        try:
            packs, trouble = await self._service.styles(), ""
        except ServiceError as error:
            packs, trouble = (), error.message
        return self._html(
            "page.html",
            look=await self._looks.look(),
            packs=packs,
            left_out=self._left_out(),
            trouble=trouble,
            locked=self._door.locked,
        )

    async def now(self, request: web.Request) -> web.StreamResponse:
        self._require(request)
        return self._html("now.html", look=await self._looks.look())

    async def preview(self, request: web.Request) -> web.StreamResponse:
        self._require(request)
        try:
            picture = await self._service.preview(request.match_info["id"])
        except ServiceError as error:
            raise web.HTTPNotFound(text=f"{error.message}\n") from None
        return web.Response(
            body=picture, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"}
        )

    async def static(self, request: web.Request) -> web.StreamResponse:
        """The style sheet and the script: the form at the door needs them, too."""
        self._door.check_host(request)
        return file(_STATIC, request.match_info["name"])

    async def enter(self, request: web.Request) -> web.StreamResponse:
        try:
            return self._door.enter(request, await _token(request))
        except web.HTTPUnauthorized:
            log.warning("somebody tried a wrong token at the operator's page")
            return self._login(401, "This is not the token.")
        except web.HTTPTooManyRequests as refusal:
            return self._login(429, "Too many wrong tokens; try again in a minute.", refusal.headers["Retry-After"])

    async def leave(self, request: web.Request) -> web.StreamResponse:
        return self._door.leave(request)

    def _require(self, request: web.Request) -> None:
        if not self._door.open_to(request):
            raise web.HTTPUnauthorized(text="This needs the operator's token.\n")

    def _login(self, status: int, trouble: str = "", retry_after: str = "0") -> web.Response:
        response = self._html("login.html", trouble=trouble)
        response.set_status(status)
        if status == 429:
            response.headers["Retry-After"] = retry_after
        return response

    def _html(self, name: str, **values: object) -> web.Response:
        text = self._templates.get_template(name).render(**values)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})


async def _token(request: web.Request) -> str:
    """The form's one field. Raises 400 for anything else."""
    plain = request.content_type == "application/x-www-form-urlencoded"
    if not plain or request.content_length is None or request.content_length > _FORM_BYTES:
        raise web.HTTPBadRequest(text="This is not the form.\n")
    try:
        token = (await request.post()).get("token", "")
    except ValueError:
        raise web.HTTPBadRequest(text="This is not the form.\n") from None
    return token if isinstance(token, str) else ""
