"""The one conversation that every platform shares."""

from bots.conversation.conversation import Conversation
from bots.conversation.waiting import Pace

__all__ = ["Conversation", "Pace"]
