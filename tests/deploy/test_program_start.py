"""The first seconds: an address that is taken, a folder that is not there, a person who changed their mind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.program import ROOT

RUN = "from deploy.__main__ import main; main()"
WITHOUT_TORCH = "import sys; sys.modules['torch'] = None\n" + RUN
TELLING = f"""
import sys
class Tell:
    def find_spec(self, name, path=None, target=None):
        if name == "deploy.cli":
            print("begun", flush=True)
sys.meta_path.insert(0, Tell())
{RUN}
"""
"""Says when the first of our imports begins; before that it is Python alone."""
INTERRUPTED = """
import signal, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
"""
"""Ctrl-C comes while a module is imported, where Python loses it or shows a trace."""


def environment(folder: Path, **settings: str) -> dict[str, str]:
    ours = {"ATELIER_DATA": str(folder), "ATELIER_LISTEN": "127.0.0.1:0", **settings, "PYTHONPATH": str(ROOT)}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}, **ours}


def refusal(command: str, settings: dict[str, str]) -> str:
    """What a start on a machine without torch is refused with."""
    words = [sys.executable, "-c", WITHOUT_TORCH, command]
    refused = subprocess.run(words, env=settings, capture_output=True, text=True, check=False)
    assert refused.returncode == 2, refused.stderr
    return refused.stderr


@pytest.mark.parametrize("command", ["run", "serve", "bot"])
def test_an_address_that_is_taken_is_said_before_anything_is_loaded(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        elsewhere = {"ATELIER_INFERENCE_URL": "http://127.0.0.1:9"} if command == "bot" else {}
        said = refusal(command, environment(tmp_path, ATELIER_LISTEN=address, **elsewhere))
    assert said == f"Error: ATELIER_LISTEN: cannot listen on {address}: Address already in use.\n"


def test_a_folder_of_packs_that_is_not_there_is_said_before_anything_is_loaded(tmp_path: Path) -> None:
    said = refusal("serve", environment(tmp_path, ATELIER_STYLES=f"{tmp_path}{os.pathsep}/nowhere"))
    assert said == "Error: ATELIER_STYLES: there is no folder /nowhere.\n"


@pytest.mark.parametrize(
    ("command", "after_s"), [("serve", 0), ("serve", 0.1), ("serve", 0.6), ("serve", 2), ("style", 0.6), ("style", 2)]
)
def test_ctrl_c_while_it_starts_shows_no_trace(command: str, after_s: float, tmp_path: Path) -> None:
    photos = (str(ROOT / "styles" / "samples"), "--style", "ukiyoe", "-o", "out")
    running = subprocess.Popen(
        [sys.executable, "-c", TELLING, command, *(photos if command == "style" else ())],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    assert running.stdout.readline() == "begun\n"
    time.sleep(after_s)
    running.send_signal(signal.SIGINT)
    _, complained = running.communicate(timeout=40)
    assert "Traceback" not in complained
    assert "Error" not in complained


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (("serve",), "deploy.cli.run"),
        (("serve",), "deploy.app"),
        (("style", ROOT / "styles" / "samples", "--style", "ukiyoe", "-o", "out"), "deploy.cli.progress"),
        (("theme", "harbour"), "deploy.cli.imagining"),
    ],
)
def test_ctrl_c_inside_an_import_ends_the_program_at_once(words: Sequence[str], module: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(module=module) + RUN, *words],
        cwd=tmp_path,
        env=environment(tmp_path),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # wherever these tests were started
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGINT
    assert "Traceback" not in ended.stderr
