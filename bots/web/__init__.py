"""The web chat: a page of our own that speaks to the same conversation over a WebSocket."""

from bots.web.adapter import WebAdapter

__all__ = ["WebAdapter"]
