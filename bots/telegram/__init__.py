"""Telegram: the Bot API's updates become Messages, and answers become photos, files and albums.

adapter ── run ──▶ polling or webhook ──▶ inbox ──▶ reading ──▶ Listener.receive
   └── say, show, change ──▶ outgoing (what it looks like there) ──▶ delivery (flood control, retries) ──▶ wire
"""

from bots.telegram.adapter import TelegramAdapter
from bots.telegram.pace import Pace
from bots.telegram.webhook import Webhook

__all__ = ["Pace", "TelegramAdapter", "Webhook"]
