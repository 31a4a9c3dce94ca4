"""The layers hold: a bot host imports the bots and their command line on a machine without torch."""

import subprocess
import sys

BOT_HOST = """
import sys
for absent in ("torch", "torchvision", "PIL", "numpy", "cv2"):
    sys.modules[absent] = None  # importing it now raises ImportError
import bots.adapter, bots.conversation, bots.ledger, bots.replies, bots.telegram, bots.discord, bots.web
import inference.client, inference.errors, inference.job, inference.service
import deploy.app, deploy.cli
for command in deploy.cli.COMMANDS:
    assert deploy.cli.main.get_command(None, command).name == command
"""


def test_a_bot_host_needs_no_torch() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", BOT_HOST], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_styles_do_not_know_the_rooms_above_them() -> None:
    code = "import sys, styles.library, styles.pack; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not {"bots", "inference", "deploy", "aiohttp", "torch"} & set(done.stdout.split())
