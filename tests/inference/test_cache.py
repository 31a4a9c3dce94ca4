"""The cache of loaded generators, with real packs: who stays, who leaves, and what a broken one does to others."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from inference.batch import Residency
from inference.cache import Cache
from inference.errors import StyleUnavailable
from inference.metrics import Metrics
from styles.library import Library
from styles.style import Style
from tests.styles.making import write_pack

VERSION = "1.2.3"


class Shelf:
    """A library of three small styles that counts its loads and can be made to wait."""

    def __init__(self, root: Path) -> None:
        self.library = Library.open([root], built_in=root / "none")
        self.loads: list[str] = []
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()

    def load(self, style: str) -> Style:
        self.loads.append(style)
        self.threads.add(threading.current_thread().name)
        assert self.gate.wait(10)
        return self.library.load(style, device="cpu", dtype=torch.float32)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("packs")
    for style in ("ash", "birch", "cedar"):
        write_pack(root, style)
    write_pack(root, "rotten")
    (root / "rotten" / "weights.safetensors").write_bytes(b"not the weights of the card")
    return root


@pytest.fixture
def shelf(packs: Path) -> Shelf:
    return Shelf(packs)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def cache(shelf: Shelf, *, holds: float = 100, ahead: int = 0, clock: Clock | None = None) -> Cache:
    """A cache with room for so many of the shelf's generators."""
    one = shelf.library.load("ash", device="cpu", dtype=torch.float32).weight_bytes
    return Cache(
        shelf.load,
        budget_bytes=int(one * holds),
        broken_for_s=60.0,
        metrics=Metrics(),
        ahead=ahead,
        clock=clock or Clock(),
    )


def resident(cache: Cache, style: str, version: str = VERSION) -> bool:
    return cache.residency(style, version) is Residency.LOADED


async def until(happens: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happens():
            await asyncio.sleep(0.005)


async def use(cache: Cache, style: str) -> None:
    async with cache.use(style, VERSION):
        pass


async def test_a_generator_is_loaded_once_and_off_the_event_loop(shelf: Shelf) -> None:
    kept = cache(shelf)
    assert not resident(kept, "ash")
    for _ in range(3):
        async with kept.use("ash", VERSION) as style:
            assert style.card.id == "ash"
    assert shelf.loads == ["ash"]
    assert shelf.threads != {threading.main_thread().name}
    assert resident(kept, "ash")


async def test_two_who_ask_at_once_cause_one_load(shelf: Shelf) -> None:
    kept = cache(shelf)
    shelf.gate.clear()
    asking = [asyncio.create_task(use(kept, "ash")) for _ in range(5)]
    await asyncio.sleep(0.01)
    shelf.gate.set()
    await asyncio.gather(*asking)
    assert shelf.loads == ["ash"]


async def test_who_gives_up_waiting_does_not_take_the_load_from_the_others(shelf: Shelf) -> None:
    kept = cache(shelf)
    shelf.gate.clear()
    impatient, patient = (asyncio.create_task(use(kept, "ash")) for _ in range(2))
    await asyncio.sleep(0.01)
    impatient.cancel()
    await asyncio.sleep(0)
    shelf.gate.set()
    await patient
    assert impatient.cancelled()
    assert shelf.loads == ["ash"]


async def test_the_least_recently_used_leaves_when_the_bytes_are_full(shelf: Shelf) -> None:
    kept = cache(shelf, holds=2)
    for style in ("ash", "birch", "ash", "cedar"):
        await use(kept, style)
    assert [style for style in ("ash", "birch", "cedar") if resident(kept, style)] == ["ash", "cedar"]


async def test_what_somebody_waits_for_leaves_last_and_the_least_urgent_of_that_first(shelf: Shelf) -> None:
    kept = cache(shelf, holds=2)
    kept.wanted = lambda: [("birch", VERSION), ("ash", VERSION)]
    for style in ("ash", "birch", "cedar"):
        await use(kept, style)
    assert [style for style in ("ash", "birch", "cedar") if resident(kept, style)] == ["ash", "birch"]
    async with kept.use("cedar", VERSION):  # what runs stays, and so somebody has to go
        await use(kept, "birch")
    assert [style for style in ("ash", "birch", "cedar") if resident(kept, style)] == ["birch", "cedar"]


async def test_what_somebody_waits_for_is_loaded_ahead_the_most_urgent_first_and_not_all_at_once(shelf: Shelf) -> None:
    kept = cache(shelf, ahead=2)
    kept.wanted = lambda: [(style, VERSION) for style in ("rotten", "cedar", "ash", "birch")]
    shelf.gate.clear()
    for _ in range(3):  # as whenever somebody comes
        kept.load_ahead()
    await until(lambda: len(shelf.loads) == 2)
    assert set(shelf.loads) == {"rotten", "cedar"}  # two threads, whichever was first
    assert kept.residency("cedar", VERSION) is Residency.LOADING
    assert kept.residency("ash", VERSION) is Residency.ABSENT
    shelf.gate.set()
    await until(lambda: all(resident(kept, style) for style in ("cedar", "ash", "birch")))
    assert sorted(shelf.loads) == ["ash", "birch", "cedar", "rotten"]  # and what is broken is not tried again
    with pytest.raises(StyleUnavailable):
        await use(kept, "rotten")


async def test_who_comes_while_their_style_is_loaded_ahead_waits_for_that_load(shelf: Shelf) -> None:
    kept = cache(shelf, ahead=1)
    kept.wanted = lambda: [("ash", VERSION)]
    shelf.gate.clear()
    kept.load_ahead()
    coming = asyncio.create_task(use(kept, "ash"))
    await until(lambda: shelf.loads == ["ash"])
    shelf.gate.set()
    await coming
    assert shelf.loads == ["ash"]


async def test_a_small_cache_loads_nothing_ahead_that_would_push_out_what_runs(shelf: Shelf) -> None:
    kept = cache(shelf, holds=3, ahead=4)
    await use(kept, "ash")
    kept.wanted = lambda: [("birch", VERSION), ("cedar", VERSION)]
    kept.load_ahead()
    assert [kept.residency(style, VERSION) for style in ("birch", "cedar")] == 2 * [Residency.ABSENT]


async def test_a_generator_in_use_stays_whatever_the_budget(shelf: Shelf) -> None:
    kept = cache(shelf, holds=1)
    async with kept.use("ash", VERSION):
        await use(kept, "birch")
        await use(kept, "cedar")
        assert resident(kept, "ash")
        assert not resident(kept, "birch")
    one = shelf.library.load("ash", device="cpu", dtype=torch.float32).weight_bytes
    assert kept.weight_bytes <= one


async def test_a_broken_pack_is_refused_calmly_and_not_tried_again_for_a_while(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    kept = cache(shelf, clock=clock)
    for _ in range(3):
        with pytest.raises(StyleUnavailable, match="“rotten”") as refusal:
            await use(kept, "rotten")
        assert "/" not in refusal.value.message  # paths are for the log
    assert shelf.loads == ["rotten"]
    assert "weights.safetensors" in caplog.text
    clock.now = 61.0
    with pytest.raises(StyleUnavailable):
        await use(kept, "rotten")
    assert shelf.loads == ["rotten", "rotten"]
    await use(kept, "ash")


async def test_a_pack_of_another_version_is_not_passed_off_as_the_one_asked_for(shelf: Shelf) -> None:
    kept = cache(shelf)
    with pytest.raises(StyleUnavailable, match="newer"):
        async with kept.use("ash", "0.9.0"):
            pass
    assert not resident(kept, "ash", "0.9.0")


async def test_a_revoked_style_leaves_at_once_though_a_batch_still_ends_with_it(shelf: Shelf) -> None:
    kept = cache(shelf)
    async with kept.use("ash", VERSION) as style:
        kept.revoke("ash", VERSION)
        assert not resident(kept, "ash")
        assert kept.weight_bytes == 0
        assert style(torch.rand(1, 3, 16, 16)).shape == (1, 3, 16, 16)
    await use(kept, "ash")
    assert shelf.loads == ["ash", "ash"]


async def test_a_style_revoked_while_it_loads_is_not_kept(shelf: Shelf) -> None:
    kept = cache(shelf)
    shelf.gate.clear()
    asking = asyncio.create_task(use(kept, "ash"))
    await asyncio.sleep(0.01)
    kept.revoke("ash", VERSION)
    shelf.gate.set()
    await asking
    assert not resident(kept, "ash")


async def test_what_is_loaded_is_counted(shelf: Shelf) -> None:
    metrics = Metrics()
    kept = Cache(shelf.load, budget_bytes=0, broken_for_s=60.0, metrics=metrics)
    await use(kept, "ash")
    await use(kept, "ash")
    text = metrics.text().decode()
    assert 'atelier_cache_loads_total{style="ash"} 2.0' in text
    assert "atelier_cache_evictions_total 2.0" in text
    assert "atelier_cache_bytes 0.0" in text
