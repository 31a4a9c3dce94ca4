"""Matrix: one account on one homeserver, in rooms that are encrypted or not.

Devices are trusted when they are first seen and keys are sent to all of a room's; a device whose keys change later is
refused. Nobody has to verify the bot, and the bot verifies nobody.
"""

from bots.matrix.adapter import MatrixAdapter

__all__ = ["MatrixAdapter"]
