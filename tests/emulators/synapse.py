"""A real Matrix server on this machine: Synapse, installed once into an environment of its own, and started.

It listens on loopback alone, keeps everything in one folder with SQLite, and ends with the tests.
"""

import fcntl
import hashlib
import hmac
import json
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from tests.program import free_port

RELEASE = "1.163.2"
NAME = "atelier.test"
INSTALL_S, START_S = 280, 40
PASSWORD = "correct horse battery staple"
UPLOAD_BYTES = 2 * 2**20


class NotInstalled(Exception):
    """Synapse is not there and cannot be fetched; the text says why."""


def install() -> Path:
    """The Python that has Synapse; the first call takes about half a minute and a registry."""
    folder = user_cache_path("atelier-tests", appauthor=False) / f"synapse-{RELEASE}"
    python, finished = folder / "bin" / "python", folder / "finished"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two test processes one installs, and the other waits
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run(sys.executable, "-m", "venv", str(folder))
            _run(str(python), "-m", "pip", "install", "-q", "--only-binary=:all:", f"matrix-synapse=={RELEASE}")
            finished.touch()
    return python


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        said = str(getattr(error, "stderr", None) or error).strip().splitlines()
        raise NotInstalled(said[-1] if said else "unknown") from None


class Synapse:
    """The server, as a context manager; ``stop`` and ``start`` keep its folder and its port."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._python, self._folder, self._port = python, folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._secret = secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{self._port}"
        self._admin_token = ""

    def __enter__(self) -> "Synapse":
        self._configure()
        self.start()
        self._admin_token = self._register("warden", admin=True)["access_token"]
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        command = [str(self._python), "-m", "synapse.app.homeserver", "-c", str(self._folder / "homeserver.yaml")]
        with (self._folder / "printed.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self._folder / "printed.log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()  # SQLite keeps what was acknowledged
            self._process.wait()
            self._process = None

    def person(self, name: str) -> str:
        """Register somebody with PASSWORD; the whole id. A number is added that makes the name new."""
        return str(self._register(f"{name}-{secrets.token_hex(4)}")["user_id"])

    def admin(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call Synapse's own API as its administrator."""
        return self._call(method, f"/_synapse/admin{path}", body)

    def _register(self, name: str, *, admin: bool = False) -> Any:
        nonce = self._call("GET", "/_synapse/admin/v1/register")["nonce"]
        said = "\0".join([nonce, name, PASSWORD, "admin" if admin else "notadmin"]).encode()
        mac = hmac.new(self._secret.encode(), said, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": PASSWORD, "admin": admin, "mac": mac}
        return self._call("POST", "/_synapse/admin/v1/register", body)

    def _answers(self) -> bool:
        try:
            self._call("GET", "/_matrix/client/versions")
        except (OSError, urllib.error.URLError):
            return False
        return True

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._admin_token}"} if self._admin_token else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def _configure(self) -> None:
        plenty = {"per_second": 10_000, "burst_count": 10_000}
        settings = {
            "server_name": NAME,
            "pid_file": str(self._folder / "homeserver.pid"),
            "listeners": [
                {
                    "port": self._port,
                    "type": "http",
                    "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client", "media"]}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self._folder / "homeserver.db")}},
            "media_store_path": str(self._folder / "media"),
            "signing_key_path": str(self._folder / "signing.key"),
            "registration_shared_secret": self._secret,
            "macaroon_secret_key": secrets.token_hex(16),
            "form_secret": secrets.token_hex(16),
            "trusted_key_servers": [],
            "report_stats": False,
            "bcrypt_rounds": 4,
            "max_upload_size": UPLOAD_BYTES,
            "presence": {"enabled": False},
            **dict.fromkeys(("rc_message", "rc_registration", "rc_room_creation", "rc_media_create"), plenty),
            "rc_login": {"address": plenty, "account": plenty, "failed_attempts": plenty},
            "rc_joins": {"local": plenty, "remote": plenty},
            "rc_joins_per_room": plenty,
            "rc_invites": {"per_room": plenty, "per_user": plenty, "per_issuer": plenty},
        }
        (self._folder / "homeserver.yaml").write_text(json.dumps(settings))  # JSON is YAML
        self._sign()

    def _sign(self) -> None:
        command = [str(self._python), "-m", "synapse.app.homeserver", "-c", str(self._folder / "homeserver.yaml")]
        subprocess.run([*command, "--generate-keys"], check=True, capture_output=True, cwd=self._folder, timeout=30)
