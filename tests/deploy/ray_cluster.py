"""A real Ray cluster of one node on this machine, with our application on it, as an operator starts it."""

import asyncio
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import pytest

from inference.client import RemoteService
from inference.errors import NotReady
from tests.program import ROOT, free_port

START_S = 120.0
OBJECT_STORE_BYTES = 100_000_000
TOKEN = "between-us"
_STYLER = re.compile(r"ray::ServeReplica:\w+:Styler(\.|$)")
PATIENT = {
    "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "120",
    "RAY_SERVE_PROXY_HEALTH_CHECK_TIMEOUT_S": "120",
    "RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S": "30",
    "RAY_SERVE_QUEUE_LENGTH_RESPONSE_DEADLINE_S": "5",
    "RAY_SERVE_MAX_QUEUE_LENGTH_RESPONSE_DEADLINE_S": "30",
    "RAY_worker_register_timeout_seconds": "600",
}
"""A test machine may have many things to do at once, and Ray takes slowness for death."""
TWO = "{num_replicas: 2, autoscaling_config: null"
GROWING = """{autoscaling_config: {min_replicas: 1, max_replicas: 2, target_ongoing_requests: 2, upscale_delay_s: 0.5,
    downscale_delay_s: 3, metrics_interval_s: 0.5, look_back_period_s: 2}"""
APP = """
http_options: {{host: 127.0.0.1, port: {port}}}
logging_config: {{log_level: WARNING, enable_access_log: false}}
applications:
  - name: atelier
    route_prefix: /pictures
    import_path: deploy.ray_app:app
    deployments:
      - {styler}, name: Styler, ray_actor_options: {{num_cpus: 0.2}}}}
      - {{name: Face, ray_actor_options: {{num_cpus: 0.1}}}}
"""


class Cluster:
    """``styler`` says how many replicas there are: TWO of them, or GROWING from one to two and back."""

    def __init__(self, folder: Path, settings: Mapping[str, str], styler: str = TWO) -> None:
        self.folder, self.port, self._styler = folder, free_port(), styler
        self.url = f"http://127.0.0.1:{self.port}/pictures"
        self.address = f"127.0.0.1:{free_port()}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
        ours = {"ATELIER_DATA": str(folder), "ATELIER_INFERENCE_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
        quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0", "PYTHONWARNINGS": "ignore"}
        door = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}  # whoever gets in may run code
        self.environment = {**kept, **ours, **quiet, **door, **PATIENT, **settings}
        self._ray = Path(tempfile.mkdtemp(prefix="ray-"))  # its sockets' names must be short
        self._children: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(START_S):
                await self._start()
        except TimeoutError:
            await self._stop()
            pytest.skip(f"Ray did not start within {START_S:.0f} s: this machine is too busy")
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    def replicas(self) -> list[int]:
        """The processes that restyle pictures."""
        family = (one for child in self._children for one in _family(child.pid))
        return [one.pid for one in family if _STYLER.match(_title(one))]

    def logged(self) -> str:
        """Everything that Ray and our application wrote anywhere."""
        files = [*self._ray.rglob("*.log"), *self._ray.rglob("*.out"), *self._ray.rglob("*.err"), self.folder / "serve"]
        return "\n".join(each.read_text(errors="replace") for each in files if each.is_file())

    async def _start(self) -> None:
        ports = ("dashboard-agent-grpc-port", "dashboard-agent-listen-port", "runtime-env-agent-port")
        while not await self._head(*(f"--{name}={free_port()}" for name in (*ports, "metrics-export-port"))):
            await asyncio.sleep(1)  # its own parts were too slow for one another
        config = self.folder / "serve.yaml"
        config.write_text(APP.format(port=self.port, styler=self._styler))
        await self._run("serve", "run", f"--address={self.address}", str(config))
        await self._until_ready()
        while self._styler is TWO and len(self.replicas()) < 2:
            await asyncio.sleep(0.2)

    async def _head(self, *ports: str) -> bool:
        """Start a node; False where it gave up. It blocks, so that what it started ends with it."""
        head = await self._run(
            *("ray", "start", "--head", "--block", f"--port={self.address.rpartition(':')[2]}", "--num-cpus=4"),
            *(f"--object-store-memory={OBJECT_STORE_BYTES}", "--include-dashboard=false", f"--temp-dir={self._ray}"),
            *ports,
        )
        said = self.folder / "ray"
        while head.returncode is None:
            if "Ray runtime started" in said.read_text(errors="replace"):
                return True
            await asyncio.sleep(0.2)
        return False

    async def _run(self, program: str, *arguments: str) -> asyncio.subprocess.Process:
        with (self.folder / program).open("wb") as said:
            child = await asyncio.create_subprocess_exec(
                Path(sys.executable).with_name(program),
                *arguments,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._children.append(child)
        return child

    async def _until_ready(self) -> None:
        async with RemoteService(self.url, TOKEN) as service:
            while True:
                try:
                    await service.styles()
                except NotReady:
                    if self._children[-1].returncode is not None:
                        raise RuntimeError((self.folder / "serve").read_text(errors="replace")[-3000:]) from None
                    await asyncio.sleep(0.5)
                except Exception:  # Ray's proxy answers before our face does, in its own words
                    await asyncio.sleep(0.5)
                else:
                    return

    async def _stop(self) -> None:
        for child in reversed(self._children):
            family = _family(child.pid)
            if child.returncode is None:
                child.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(child.wait(), 10)
                except TimeoutError:
                    child.kill()
                    await child.wait()
            for one in family:
                if one.is_running():
                    one.kill()
        shutil.rmtree(self._ray, ignore_errors=True)


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _title(process: psutil.Process) -> str:
    try:
        return (process.cmdline() or [""])[0].strip()
    except psutil.Error:
        return ""
