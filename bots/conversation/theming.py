"""``/theme``: a picture of words, without a photo; its buttons have it made anew, or restyled."""

from collections.abc import Mapping

from bots.adapter import Adapter
from bots.commands import Command, Wish, worded
from bots.conversation.again import Past
from bots.conversation.creators_policy import CreatorsPolicy
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, request, sentence
from bots.message import Message, answer_key
from inference.job import MOST_SEED, MOST_WORDS


class Theming:
    """The command of this module by its name. ``rules`` are the operator's, who may refuse words."""

    def __init__(self, policy: Policy, rules: CreatorsPolicy) -> None:
        self._policy, self._rules = policy, rules
        self.commands: Mapping[str, Handler] = {"theme": self._theme}

    async def _theme(self, message: Message, command: Command, _adapter: Adapter) -> Reply:
        """In the first style here that takes words; pictures that came along have nothing to do with it."""
        styles, words = await self._policy.word_styles(message), worded(command.rest)
        if not styles:
            return sentence(message, "theme-none")
        if not words:
            return sentence(message, "theme-what")
        if len(words) > MOST_WORDS:
            return sentence(message, "theme-long", most=MOST_WORDS)
        if await self._rules.refuses(words, f"{message.platform}:{message.person.id}"):
            return sentence(message, "theme-refused")
        maker = styles[0].id
        return request(Past(Wish(maker), (), words=words, seed=drawn(message), maker=maker))


def drawn(message: Message) -> int:
    """A seed: another for each message, the same one when a message is understood again after a restart."""
    return int(answer_key(message)[:8], 16) % (MOST_SEED + 1)
