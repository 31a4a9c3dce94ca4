"""How the page is put together, and whether there is one."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bots.ledger import Ledger
from deploy.operator.door import Door
from deploy.operator.engine import EngineReader, embedded_engine, remote_engine
from deploy.operator.looks import Looks
from deploy.operator.names import Names
from deploy.operator.page import OperatorPage
from deploy.operator.platforms import Platforms
from deploy.operator.watch import Watched
from deploy.settings import Settings, reveal, split_address
from inference.http.safety import is_loopback
from inference.service import Service

if TYPE_CHECKING:
    from inference.embedded import EmbeddedService

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sight:
    """The service as it can be seen from this process: ``service`` is to be used in the place of the bare one."""

    service: Watched
    engine: EngineReader
    left_out: Callable[[], Sequence[str]] = lambda: ()


def embedded_sight(service: "EmbeddedService") -> Sight:
    """Of the service in this process."""
    return Sight(
        Watched(service),
        embedded_engine(service.metrics.text),
        lambda: [broken.reason for broken in service.library.broken()],
    )


def remote_sight(service: Service, settings: Settings) -> Sight:
    """Of the service that ATELIER_INFERENCE_URL names."""
    return Sight(Watched(service), remote_engine(settings.inference_url or "", reveal(settings.inference_token)))


def open_page(settings: Settings, sight: Sight, ledger: Ledger, platforms: Platforms) -> OperatorPage | None:
    """The page, or None where strangers could reach it and there is no token to ask them for."""
    host, _ = split_address(settings.listen)
    token = reveal(settings.operator_token)
    if not token and (settings.web_hosts or not is_loopback(host)):
        log.info("The operator's page is off: beyond this machine it needs ATELIER_OPERATOR_TOKEN.")
        return None
    door = Door(token, (host, *settings.web_hosts))
    names = Names.kept(settings.data / "operator.key")
    looks = Looks(sight.service, sight.engine, ledger, platforms, names)
    return OperatorPage(door, looks, sight.service, sight.left_out)
