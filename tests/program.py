"""The whole program as a process of its own, as a person starts it; for tests and benchmarks."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import aiohttp
import psutil

ROOT = Path(__file__).parents[1]
START_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """``atelier COMMAND`` with its own data folder; ``kill`` and ``start`` again keep that folder.

    Everything it prints goes to ``log``, which a test may read at any time.
    """

    def __init__(self, command: str, data: Path, settings: Mapping[str, str]) -> None:
        self.command = command
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        self.log = data / "program.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
        self._environment = {**kept, "ATELIER_DATA": str(data), "ATELIER_LISTEN": self.address, **settings}
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Program":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process and self._process.returncode is None:
            await self.stop()

    async def start(self, *, ready: bool = True) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "deploy", self.command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        if ready:
            await asyncio.wait_for(self._until_ready(), START_S)

    async def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal (Ctrl-C by default), wait, and return the exit code."""
        if self._process is None:
            raise RuntimeError("the program was never started")
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await asyncio.wait_for(self._process.wait(), 30)

    async def kill(self) -> None:
        await self.stop(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until it ends by itself."""
        if self._process is None:
            raise RuntimeError("the program was never started")
        return await asyncio.wait_for(self._process.wait(), START_S)

    def printed(self) -> str:
        return self.log.read_text(errors="replace")

    def memory_bytes(self) -> int:
        """Resident bytes now."""
        if self._process is None:
            raise RuntimeError("the program was never started")
        return int(psutil.Process(self._process.pid).memory_info().rss)

    async def _until_ready(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                if self._process is None or self._process.returncode is not None:
                    raise RuntimeError(f"it ended while starting:\n{self.printed()[-2000:]}")
                try:
                    async with session.get(f"{self.url}{'/' if self.command == 'bot' else '/readyz'}") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
