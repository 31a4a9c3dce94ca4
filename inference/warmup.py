"""The first pictures, before people send theirs: they show that the device works, and how fast."""

import logging
import time
from collections.abc import Iterable

import numpy as np

from inference.cache import Cache
from inference.errors import StyleUnavailable
from inference.throughput import Throughput
from inference.worker import Worker
from styles.card import Card

log = logging.getLogger(__name__)

SIDES = (256, 512)  # the small one first, so that a device that cannot run fails at once


async def warm_up(cards: Iterable[Card], cache: Cache, worker: Worker, throughput: Throughput) -> None:
    """Run the first style that loads. A broken pack is no reason not to start; a generator that fails is.

    Raises:
        Exception: whatever the generator raised.
    """
    for card in cards:
        try:
            await _warm_up_with(card, cache, worker, throughput)
        except StyleUnavailable:
            continue  # the cache has said why
        return
    log.warning("There is no style to warm up with.")


async def _warm_up_with(card: Card, cache: Cache, worker: Worker, throughput: Throughput) -> None:
    noise = np.random.default_rng(0)
    async with cache.use(card.id, card.version) as style, worker.turn() as turn:
        for side in SIDES:
            picture = noise.integers(0, 256, (side, side, 3), np.uint8)
            codes = [await turn.encode(style, picture)] if style.code_size else None
            for _ in range(2):  # the first run of a size also chooses how to compute it
                began_s = time.monotonic()
                [ran] = (await turn.run(style, [picture], codes)).pictures
                if isinstance(ran, Exception):
                    raise ran
            throughput.learn(card.id, side * side, time.monotonic() - began_s)
    seconds = throughput.seconds(card.id, SIDES[-1] ** 2)
    log.info("%.2fs ← warm-up %s %d×%d on %s", seconds, card.id, SIDES[-1], SIDES[-1], worker.device.name)
