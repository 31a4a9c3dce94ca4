"""The first pictures, before people send theirs: they show that the device works, and how fast."""

import asyncio
import logging
import math
import time
from collections.abc import Iterable
from functools import partial
from statistics import fmean, median

import numpy as np

from inference.cache import Cache
from inference.errors import StyleUnavailable
from inference.job import TAKES_WORDS, Options
from inference.pictures import Pixels, of_words
from inference.throughput import Throughput
from inference.worker import Codes, Turn, Worker, encoded
from styles.card import Card
from styles.style import Style

log = logging.getLogger(__name__)

COMPARISONS = 5
SIDES = (256, 512)  # the small one first, so that a device that cannot run fails at once


async def warm_up(cards: Iterable[Card], cache: Cache, worker: Worker, throughput: Throughput) -> None:
    """Run the first style that loads, one that takes a photo if there is any.

    A broken pack is no reason not to start; a generator that fails is.

    Raises:
        Exception: whatever the generator raised.
    """
    for card in sorted(cards, key=lambda card: card.takes == TAKES_WORDS):
        try:
            await _warm_up_with(card, cache, worker, throughput)
        except StyleUnavailable:
            continue  # the cache has said why
        return
    log.warning("There is no style to warm up with.")


async def _warm_up_with(card: Card, cache: Cache, worker: Worker, throughput: Throughput) -> None:
    noise, sides = np.random.default_rng(0), _sides(card)
    async with cache.use(card.id, card.version) as style:
        pictures = [noise.integers(0, 256, (side, side, 3), np.uint8) for side in sides]
        codes = [await worker.on_device(partial(_codes, style, picture)) for picture in pictures]

        def twice(turn: Turn) -> None:
            for side, picture, code in zip(sides, pictures, codes, strict=True):
                _run(turn, style, picture, code)  # the first run of a size also chooses how to compute it
                throughput.learn(card.id, side * side, _run(turn, style, picture, code))

        await worker.on_device(twice)
        if worker.lanes.count > 1:
            await _compare(style, pictures[-1], codes[-1], worker)  # most of the work is in large ones
    seconds = throughput.seconds(card.id, sides[-1] ** 2)
    log.info("%.2fs ← warm-up %s %d×%d on %s", seconds, card.id, sides[-1], sides[-1], worker.device.name)


async def _compare(style: Style, picture: Pixels, codes: Codes, worker: Worker) -> None:
    """Tell the lanes how long a picture takes on all of them, and as many at once on one each."""

    def seconds(turn: Turn) -> float:
        style.prepare()
        return median([_run(turn, style, picture, codes) for _ in range(1 + COMPARISONS)][1:])

    lanes = worker.lanes
    together_s = await worker.on_device(seconds)
    apart_s = fmean(await asyncio.gather(*(worker.on_device(seconds, others=math.inf) for _ in range(lanes.count))))
    lanes.begin_with(together_s, apart_s)
    log.info("%d lanes; on all of them a picture is %.2f times as fast", lanes.count, lanes.gain)


def _run(turn: Turn, style: Style, picture: Pixels, codes: Codes) -> float:
    """The seconds of one picture."""
    began_s = time.monotonic()
    [ran] = turn.run(style, [picture], codes).pictures
    if isinstance(ran, Exception):
        raise ran
    return time.monotonic() - began_s


def _sides(card: Card) -> tuple[int, ...]:
    return (of_words(Options(), card.size)[1],) if card.takes == TAKES_WORDS else SIDES


def _codes(style: Style, picture: Pixels, _: Turn) -> Codes:
    if style.card.takes == TAKES_WORDS:
        return [style.imagine("", 0)[0]]
    return [encoded(style, picture)] if style.code_size else None
