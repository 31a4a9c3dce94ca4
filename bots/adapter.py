"""The interface that a platform fills: how to fetch a picture and how to say, show and change things there.

An adapter turns the platform's events into Messages, hands each to ``Listener.receive`` *before* it acknowledges the
event to the platform, and sends what the conversation asks for. It knows the platform's limits and nothing of styles.
"""

from typing import Protocol

from bots.message import Address, Answer, Message, Person, Picture, Text


class Listener(Protocol):
    """What an adapter sees of the conversation."""

    async def receive(self, message: Message) -> None:
        """Record the message durably and return; the answer comes later, through the adapter. Safe to call twice."""
        ...

    async def suggest(self, beginning: str, language: str, place: str = "") -> tuple[tuple[str, str], ...]:
        """Styles whose id or title begins with (or resembles) what was typed, as (id, title) pairs, best first.

        ``place`` is the chat, as "telegram:-100123", where it is known: some styles may be used in some chats alone.
        """
        ...

    async def preview(self, style: str) -> bytes:
        """A picture of a style, by its id, as a JPEG. Raises ``inference.errors.ServiceError``."""
        ...

    async def moved(self, platform: str, chat: str, to: str) -> None:
        """The platform gave a chat another id: its rules and consents go with it. Safe to call twice."""
        ...


class SendFailed(Exception):
    """The platform refused: nothing was delivered, and trying again as it is will not help.

    The text says why, without secrets.
    """


class ChatGone(SendFailed):
    """Nobody can be reached there any more: the person blocked us, we were removed, or the chat was deleted."""


class MessageGone(SendFailed):
    """What was to be changed or taken back is no longer there; adapters keep this to themselves."""


class TurnedAway(SendFailed):
    """The platform lets us in no more until somebody mends it: a token was revoked, say. It is not about what was sent.

    What could not be delivered so waits for the next start.
    """


class SendUncertain(Exception):
    """The connection broke after the request left: perhaps it was delivered. Never blindly repeated."""


class Adapter(Protocol):
    """One platform.

    ``platform`` is its name in Messages ("telegram"). ``repeatable`` says that ``show`` may be called again for the
    same address and key without a second answer appearing (it replaces, or is recognised), so that an uncertain send
    can be repeated after a restart.

    Every sending method waits until it is connected, waits out the platform's flood control, retries where nothing was
    delivered, and raises ``SendFailed`` or ``SendUncertain``; all methods raise ``TurnedAway`` after ``run`` did.

    Methods with a body say what holds where a platform has nothing of the kind: an adapter that names this class as its
    base leaves them out.
    """

    platform: str
    repeatable: bool

    async def run(self, listener: Listener) -> None:
        """Connect, receive until cancelled, disconnect. Raises ``TurnedAway`` when the platform does so."""
        ...

    async def fetch(self, picture: Picture) -> bytes:
        """Download a picture; it can be fetched again for as long as its platform keeps it, an hour at least.

        Raises ``inference.errors.TooLarge`` over the platform's or our limit, ``SendFailed`` if it is gone.
        """
        ...

    async def avatar(self, person: Person, address: Address) -> Picture | None:  # noqa: ARG002 - for who overrides it
        """A person's profile picture, or None when there is none or it is hidden from us.

        Of the speaker or of a member; the conversation has asked the member first.
        """
        return None

    async def chat_picture(self, address: Address) -> Picture | None:  # noqa: ARG002 - for who overrides it
        """The group's own picture, or None where there is none."""
        return None

    async def administers(self, person: Person, address: Address) -> bool:
        """Whether the person may decide for the chat. In a private chat everybody may. False when it is unknown."""
        ...

    def home(self, address: Address) -> Address | None:
        """Where to speak in this chat, now or in a month, in answer to nothing; None if that is not possible."""
        ...

    async def say(self, address: Address, text: Text) -> str:
        """Send words. Returns an opaque id of what was sent, for ``change`` and ``remove``."""
        ...

    async def change(self, address: Address, sent: str, text: Text) -> None:
        """Replace words sent before (progress). Does nothing if they are gone."""
        ...

    async def remove(self, address: Address, sent: str | None) -> None:
        """Take back words or pictures sent before; None for the platform's own sign that an answer is coming.

        Does nothing if they are gone.
        """
        ...

    async def busy(self, address: Address) -> None:  # noqa: ARG002 - for who overrides it
        """Show "sending a photo…" for a few seconds where the platform can; cheap, best effort, never raises."""
        return

    async def show(self, address: Address, answer: Answer, key: str) -> str:
        """Send pictures. ``key`` names the answer uniquely, for platforms that can recognise a repetition.

        Returns an opaque id of all that was sent, for ``remove``.
        """
        ...
