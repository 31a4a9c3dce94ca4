"""The program as its own process, a shipped style, and Slack emulated on a socket."""

import io
from pathlib import Path

from PIL import Image

from tests.conftest import photo
from tests.emulators.slack import SlackEmulator
from tests.emulators.slack_objects import BOT
from tests.program import Program

PATIENCE_S = 40


async def test_a_picture_with_a_mention_comes_back_restyled(tmp_path: Path) -> None:
    async with SlackEmulator() as slack:
        settings = {"ATELIER_SLACK_TOKEN": slack.token, "ATELIER_SLACK_APP_TOKEN": slack.app_token}
        async with Program("run", tmp_path, settings | {"ATELIER_SLACK_API_URL": slack.api_url}) as program:
            asked = await slack.post(f"<@{BOT}> !style ukiyoe", [photo("cat")])
            await slack.until(lambda: any(one.commands and one.thread == asked for one in slack.ours), PATIENCE_S)
            (shown,) = [posted for posted in slack.ours if posted.files]
            with Image.open(io.BytesIO(slack.files[shown.files[0]][1])) as picture:
                assert picture.size == (451, 300)
            assert await program.stop() == 0
            printed = program.printed()
        assert slack.violations == []
    assert slack.token not in printed
    assert slack.app_token not in printed
    assert "Traceback" not in printed
