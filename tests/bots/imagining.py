"""A service with a style that takes words: its pictures say what they are made of."""

from dataclasses import replace

from inference.errors import InvalidOption, UnknownWords
from inference.job import MOST_SEED, MOST_WORDS, Job, Result
from inference.service import StyleInfo
from tests.bots.console import Inverting

THEME = StyleInfo("theme", "1.0.0", {"en": "Theme", "zh": "主题"}, "words", "Apache-2.0")


def imagined(words: str, seed: int) -> bytes:
    return f"{words} #{seed}".encode()


class Imagining(Inverting):
    """Knows every word but “xyzzy”, and is as strict as the real one about what comes with words."""

    def _made(self, job: Job) -> Result:
        wordy = {info.id for info in self.infos if info.takes == "words"}
        if job.style not in wordy:
            if job.words or not job.picture or wordy & set(job.style.split(",")):
                raise InvalidOption("A photo is needed here, and no words.")
            return super()._made(job)
        if job.picture or not 0 < len(job.words) <= MOST_WORDS or not 0 <= job.seed <= MOST_SEED:
            raise InvalidOption("Words are needed here, and no photo.")
        if job.words == "xyzzy":
            raise UnknownWords(("sea", "misty"))
        return replace(super()._made(job), picture=imagined(job.words, job.seed), width=512, height=512)
