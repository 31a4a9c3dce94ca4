"""Are pictures done sooner together, all cores on each in turn, or apart, each on a core of its own?

``python -m tests.benchmarks.lanes`` measures a generator, then the service with one lane and with one for each core.
All take turns within a run, and only what one run prints means something.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import click
import torch

from inference.device import choose
from inference.embedded import EmbeddedService
from inference.job import Job, Options
from inference.limits import Limits
from inference.worker import cores
from styles.library import Library
from styles.style import Style
from tests.benchmarks.pipeline import library, photo

PICTURES = 6  # for each core


def painting(style: Style, side: int) -> dict[str, float]:
    """Milliseconds of one round for a picture: all cores on one, one on each, and one core alone."""
    blank, count = torch.zeros(1, side, side, 3, dtype=torch.uint8), cores()

    def paint(threads: int, pictures: int) -> None:
        torch.set_num_threads(threads)  # of this thread alone
        for _ in range(pictures):
            style.paint(blank)

    def apart(lanes: int) -> None:
        with ThreadPoolExecutor(lanes) as threads:
            list(threads.map(paint, [1] * lanes, [PICTURES] * lanes))

    def milliseconds(run: Callable[[], None], pictures: int) -> float:
        began_s = time.perf_counter()
        run()
        return (time.perf_counter() - began_s) / pictures * 1e3

    return {
        "together": milliseconds(lambda: paint(count, PICTURES * count), PICTURES * count),
        "apart": milliseconds(lambda: apart(count), PICTURES * count),
        "one core alone": milliseconds(lambda: apart(1), PICTURES),
    }


async def serving(styles: Library, ids: list[str], rounds: int) -> dict[str, list[float]]:
    """Pictures a second, round by round, of a crowd that asks for one style and size, and of one that asks for many."""
    photos, chance = {side: photo(side) for side in (256, 384, 512, 768)}, random.Random(1)
    plain = Options(faces=False)
    crowds = {
        "one style": [Job(photos[512], ids[0], plain, user=f"user {at}") for at in range(24)],
        "styles and sizes": [
            Job(photos[chance.choice(sorted(photos))], chance.choice(ids), plain, user=f"user {at % 17}")
            for at in range(32)
        ],
    }
    done = defaultdict[str, list[float]](list)
    async with AsyncExitStack() as open_ones:
        services = [
            (lanes, await open_ones.enter_async_context(EmbeddedService(styles, limits=Limits(lanes=lanes))))
            for lanes in (1, cores())
        ]
        for a_round in range(rounds + 2):
            for crowd, jobs in crowds.items():
                for lanes, service in chance.sample(services, len(services)):
                    began_s = time.perf_counter()
                    await asyncio.gather(*(service.stylize(job) for job in jobs))
                    if a_round > 1:  # the first two prepare the styles
                        done[f"{crowd}, lanes: {lanes}"].append(len(jobs) / (time.perf_counter() - began_s))
    return done


@click.command(help=__doc__)
@click.option("--style", help="A shipped style for the generator alone; the first one by default.")
@click.option("--side", "sides", multiple=True, type=int, default=(256, 512, 768), show_default=True)
@click.option("--rounds", default=7, show_default=True)
def command(style: str | None, sides: tuple[int, ...], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        styles = library(Path(folder))
        ids = [card.id for card in styles.cards() if card.takes == "photo"]
        painter = choose("cpu").load(styles.load, style or ids[0])
        for side in sides:
            for _ in range(4):  # until it is prepared, for both numbers of threads
                painting(painter, side)
            took = [painting(painter, side) for _ in range(rounds)]
            middle = {way: statistics.median(each[way] for each in took) for way in took[0]}
            print(f"{side:5}²  " + "  ".join(f"{way} {ms:.1f} ms" for way, ms in middle.items()))
        for crowd, rates in sorted(asyncio.run(serving(styles, ids[:8], rounds)).items()):
            print(f"{crowd:28} {statistics.median(rates):6.2f} pictures/s, {max(rates):.2f} at best")


if __name__ == "__main__":
    command()
