"""Better generators for creators' styles: trained while nobody waits, compared, chosen; and nothing left behind.

The trainer is the real one, in a process of its own, with the real perceptual network; its recipe has a few steps.
"""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from inference.bettering import Training
from inference.client import RemoteService
from inference.embedded import EmbeddedService
from inference.errors import StyleUnavailable, UnknownStyle
from inference.limits import Limits
from inference.service import Service
from styles import bettering, pack, withdrawal
from styles.library import Library
from styles.style import Pixels
from styles.training import MissingPerception
from tests.conftest import ROOT
from tests.inference.inverting import served
from tests.inference.test_creating import GREY, creation, drawn, job, pixels
from tests.styles.making import write_pack

pytestmark = pytest.mark.timeout(240)  # a process that loads torch takes its time on a busy machine

SHORT = ({"steps": 2, "size": 64, "batch": 1, "rate": 5e-3},)
LONG = ({"steps": 100_000, "size": 64, "batch": 1, "rate": 1e-3},)
LIMITS = Limits(fill_wait_s=0, rescan_every_s=0.2)
PHOTOS = ROOT / "styles" / "samples"

Phases = Sequence[Mapping[str, Any]]


@pytest.fixture
def vgg(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shared / "weights" / "vgg19"
    if not (folder / "vgg19_16x_to_relu5_1.safetensors").is_file():
        pytest.skip("needs the perceptual network vgg19_16x")
    monkeypatch.setenv("ATELIER_VGG", str(folder))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_pack(tmp_path / "packs", "any", "arbitrary")
    return tmp_path / "packs"


def training(phases: Phases = SHORT, *, runs: bool = True, nice: int = 0) -> Training:
    return Training(PHOTOS, runs=runs, quiet_s=0.1, phases=phases, nice=nice)


@asynccontextmanager
async def serving(root: Path, allowed: Training | None) -> AsyncIterator[EmbeddedService]:
    library = Library((root,), installed=root)
    library.rescan()
    async with EmbeddedService(library, device="cpu", limits=LIMITS, training=allowed) as service:
        yield service


async def until(happens: Callable[[], object], within_s: float = 200) -> None:
    async with asyncio.timeout(within_s):
        while not happens():
            await asyncio.sleep(0.02)


async def until_offered(service: Service) -> None:
    async with asyncio.timeout(200):
        while await service.candidates() != ("ada",):
            await asyncio.sleep(0.05)


def own(root: Path) -> Path:
    return bettering.folder(root, "ada")


def files(root: Path) -> set[str]:
    return {path.name for path in own(root).iterdir()} if own(root).exists() else set()


def pid(service: EmbeddedService) -> int:
    found = service._bettering.pid
    assert found is not None
    return found


def state(process: int) -> str:
    """As the system has it: R and S run, T is stopped; "" for one that is no more."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return ""


async def test_what_was_trained_is_compared_and_taken(vgg: None, root: Path) -> None:
    async with serving(root, training()) as service, served(service) as url, RemoteService(url) as far:
        assert await far.trains()
        made = await far.create(creation(1, 1, 2, better=True))
        assert made.version == "1.0.0"
        before = pixels(await service.stylize(job()))
        await until_offered(far)
        await until(lambda: files(root) == {bettering.BETTER, bettering.BOTH})  # neither pictures nor checkpoint
        sheet = Image.open(io.BytesIO(await far.compared("ada")))
        assert (sheet.format, sheet.size) == ("JPEG", (300 + 451 + 450 + 2 * 8, 2 * 300 + 12))
        assert [info.version for info in await far.styles() if info.id == "ada"] == ["1.0.0"]  # until it is chosen
        await far.choose("ada", new=True)
        (info,) = [info for info in await far.styles() if info.id == "ada"]
        assert (info.version, info.scope, info.expires) == ("1.1.0", made.scope, made.expires)
        assert (pixels(await service.stylize(job())) != before).any()
        card = service.library.card("ada")
        assert card.consent is not None
        assert card.consent.granted_by == "telegram:17"
        assert [each.source for each in card.origin.data][0::99] == ["its creator"]
        assert "started from starry-night" in card.origin.recipe
        assert not own(root).exists()
        assert await far.candidates() == ()
        await far.choose("ada", new=False)  # it is chosen already
        assert service.library.card("ada").version == "1.1.0"


async def test_the_old_one_is_kept_and_the_new_one_deleted(vgg: None, root: Path) -> None:
    async with serving(root, training()) as service:
        await service.create(creation(better=True))
        before = (root / "ada" / pack.WEIGHTS).read_bytes()
        await until_offered(service)
        await service.choose("ada", new=False)
        assert not own(root).exists()
        assert (root / "ada" / pack.WEIGHTS).read_bytes() == before
        with pytest.raises(StyleUnavailable):
            await service.compared("ada")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see what processes do")
async def test_it_is_paused_while_somebody_waits_and_goes_on_when_it_is_quiet(vgg: None, root: Path) -> None:
    async with serving(root, training(LONG, nice=19)) as service:
        await service.create(creation(better=True))
        await until(lambda: service._bettering.pid)
        process = pid(service)
        await until(lambda: os.getpriority(os.PRIO_PROCESS, process) == 19)
        await until(lambda: state(process) in "RS")
        waiting = asyncio.create_task(service.stylize(job()))
        await until(lambda: state(process) == "T")
        await waiting
        await until(lambda: state(process) in "RS")
        assert pid(service) == process
    assert state(process) == ""


async def test_a_restart_goes_on_from_the_checkpoint(vgg: None, root: Path) -> None:
    kept = own(root) / bettering.RUN / "checkpoint.pt"
    async with serving(root, training(LONG)) as service:
        await service.create(creation(better=True))
        await until(kept.is_file)
    first = kept.stat().st_mtime_ns  # as it was left
    assert files(root) >= {bettering.ART, bettering.RUN, bettering.RECIPE}
    async with serving(root, training(LONG)) as service:
        await until(lambda: service._bettering.pid)
        await until(lambda: kept.stat().st_mtime_ns != first)
        from styles.training import checkpoint, recipe

        digest = recipe.read(own(root) / bettering.RECIPE).digest
    assert checkpoint.load(kept, digest)["step"] > 100  # the first run's steps, and more


async def test_a_training_that_was_killed_is_left_to_the_next_start(vgg: None, root: Path) -> None:
    async with serving(root, training(LONG)) as service:
        await service.create(creation(better=True))
        await until(lambda: service._bettering.pid)
        os.kill(pid(service), signal.SIGKILL)  # by whomever: it is not tried again before the next start
        await until(lambda: service._bettering.pid is None)
        await asyncio.sleep(0.5)
        assert service._bettering.pid is None
        assert bettering.waits(root, "ada")


@pytest.mark.parametrize("by", ["the creator", "another process", "the calendar"])
async def test_a_style_that_goes_takes_its_training_with_it(vgg: None, root: Path, by: str) -> None:
    async with serving(root, training(LONG)) as service:
        await service.create(creation(better=True, expires="2998-12-31"))
        await until((own(root) / bettering.RUN).is_dir)
        process = pid(service)
        if by == "the creator":
            await service.withdraw("ada")
        elif by == "another process":
            withdrawal.withdraw(root / "ada", "ada", "2026-01-01")
        else:
            service.library.today = lambda: "2999-01-01"
        await until(lambda: not [path.name for path in root.iterdir() if "ada" in path.name])
        await until(lambda: not Path(f"/proc/{process}").exists())
        await until(lambda: service._bettering.pid is None)  # it is told a moment after the process has gone


async def test_pictures_are_kept_for_nothing_but_a_training_that_was_asked_for(root: Path) -> None:
    async with serving(root, training(runs=False)) as service:
        await service.create(creation())
        await service.create(creation(2, id="bob"))
        assert bettering.styles(root) == ()
        await service.create(creation(3, 3, 4, id="eve", better=True))
        kept = (bettering.folder(root, "eve") / bettering.ART).iterdir()
        assert sorted(path.name for path in kept) == ["00.png", "01.png"]
        assert bettering.folder(root, "eve").stat().st_mode & 0o077 == 0
        await service.create(creation(3, 3, 4, id="eve", better=True))  # once more, by somebody who was cut off
    async with serving(root, None) as service:
        assert not await service.trains()
        assert await service.candidates() == ()
        await service.create(creation(5, id="fay", better=True))
        assert bettering.styles(root) == ("eve",)
    bettering.drop_unfinished(root)
    assert bettering.styles(root) == ()


async def test_a_training_that_fails_leaves_the_style_as_it_is(
    vgg: None, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(root, training()) as service:
        monkeypatch.setenv("ATELIER_VGG", str(tmp_path))
        monkeypatch.setenv("TORCH_HOME", str(tmp_path))
        await service.create(creation(better=True))
        await until(lambda: bettering.styles(root) == ())
        assert "cannot be made better: The perceptual network vgg19_16x needs" in caplog.text
        assert (await service.stylize(job())).style == "ada"


async def test_only_creators_styles_have_another_generator(root: Path) -> None:
    async with serving(root, training(runs=False)) as service:
        for style in ("any", "nobody", "../any"):
            with pytest.raises(UnknownStyle):
                await service.compared(style)
            with pytest.raises(UnknownStyle):
                await service.choose(style, new=True)


def test_what_a_training_needs_is_said_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileNotFoundError, match="holds no photos to learn on"):
        bettering.check(tmp_path)
    monkeypatch.setenv("ATELIER_VGG", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(MissingPerception):
        bettering.check(PHOTOS)


def test_a_small_picture_is_kept_large_enough_to_be_learnt_from(tmp_path: Path) -> None:
    bettering.keep(tmp_path, "ada", [pixels_of(GREY)[:16, :20], pixels_of(drawn(1))])
    kept = sorted((bettering.folder(tmp_path, "ada") / bettering.ART).iterdir())
    assert [Image.open(io.BytesIO(path.read_bytes())).size for path in kept] == [(40, 32), (64, 48)]


def pixels_of(data: bytes) -> Pixels:
    import numpy as np

    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
