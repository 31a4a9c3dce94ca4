"""The operator's page: what runs, waits, is refused and is used, live, for whoever runs Atelier.

watch ─┐
engine ┼▶ page (jinja2) ─▶ /operator, and /operator/now every two seconds; door says who may look
ledger ┘

Our own 30 lines of script fetch one fragment that the server rendered: a library such as htmx would be 50 kB and
exceptions in the content policy, for one element and one timer.
"""

from deploy.operator.opening import Sight, embedded_sight, open_page, remote_sight
from deploy.operator.platforms import Platforms

__all__ = ["Platforms", "Sight", "embedded_sight", "open_page", "remote_sight"]
