"""The service's HTTP face: ``application`` serves it, ``wire`` says how events, errors and results look as JSON.

Needs neither torch nor pixels, so that a bot host may import ``wire`` through the client.
"""

from inference.http.safety import require_safe
from inference.http.server import application, refuse_as_json

__all__ = ["application", "refuse_as_json", "require_safe"]
