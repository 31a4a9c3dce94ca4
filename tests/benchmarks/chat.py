"""From photo to reply, as a person in a chat feels it: the whole program, and Telegram emulated on a socket.

    python -m tests.benchmarks.chat [--photos 30]

Prints the start, the time from photo to reply for 512² and for 12-megapixel photos, and the memory at rest and with
fifty 12-megapixel photos waiting. Every person is another one, so flood control delays nobody.
"""

import argparse
import asyncio
import io
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from tests.emulators.telegram import ALICE, TelegramEmulator
from tests.places import photo
from tests.program import Program

PATIENCE_S = 300


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=30, help="photos of each size, one after another [30]")
    parser.add_argument("--style", default="ukiyoe")
    given = parser.parse_args(words)
    asyncio.run(measure(given.photos, given.style))


async def measure(count: int, style: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with TelegramEmulator(spec=Path("absent")) as telegram:  # its checks would be measured, too
            settings = {"ATELIER_TELEGRAM_TOKEN": telegram.token, "ATELIER_TELEGRAM_API_URL": telegram.url}
            began = time.perf_counter()
            async with Program("run", Path(folder), settings) as program:
                print(f"ready after                       {time.perf_counter() - began:6.2f} s")
                print(f"memory at rest                    {program.memory_bytes() / 1e6:6.0f} MB")
                chat = _Chat(telegram, style)
                small, large = photo("astronaut"), twelve_megapixels()
                await chat.ask(small)  # the first one loads the style
                _tell("512² photo to reply", [await chat.ask(small) for _ in range(count)])
                _tell("12-megapixel photo to reply", [await chat.ask(large) for _ in range(max(5, count // 3))])
                await chat.crowd(program, large, 50)


class _Chat:
    def __init__(self, telegram: TelegramEmulator, style: str) -> None:
        self._telegram, self._style, self._people = telegram, style, 10_000

    def _post(self, picture: bytes) -> None:
        self._people += 1
        self._telegram.document(
            picture, "photo.jpg", "image/jpeg", f"/style {self._style}", user=ALICE | {"id": self._people}
        )

    async def ask(self, picture: bytes) -> float:
        """Seconds from posting one photo to its reply."""
        began = time.perf_counter()
        self._post(picture)
        await self._telegram.answer("sendDocument", PATIENCE_S)
        return time.perf_counter() - began

    async def crowd(self, program: Program, picture: bytes, count: int) -> None:
        """Post many at once and watch the memory until the last reply."""
        peak, began = 0, time.perf_counter()
        for _ in range(count):
            self._post(picture)
        waiting = asyncio.gather(*(self._telegram.answer("sendDocument", PATIENCE_S) for _ in range(count)))
        while not waiting.done():
            peak = max(peak, program.memory_bytes())
            await asyncio.sleep(0.02)
        await waiting
        took = time.perf_counter() - began
        print(f"memory with {count} such photos waiting {peak / 1e6:6.0f} MB at most; all answered in {took:.0f} s")


def twelve_megapixels() -> bytes:
    """A 4000×3000 JPEG of about 5 MB: a real photo enlarged, with a camera's grain."""
    image = Image.open(io.BytesIO(photo("coffee"))).resize((4000, 3000), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(7).normal(0, 6, (3000, 4000, 1))
    noisy = np.clip(np.asarray(image.filter(ImageFilter.SHARPEN)) + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, "JPEG", quality=88)
    return out.getvalue()


def _tell(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    print(f"{what:<33} {statistics.median(ordered):6.2f} s p50 {p95:6.2f} s p95  (n={len(ordered)})", flush=True)


if __name__ == "__main__":
    main()
