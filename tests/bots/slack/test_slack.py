"""What is Slack's own; what every adapter must do is told in tests/bots/conformance."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bots import download
from bots.adapter import SendFailed, SendUncertain
from bots.message import Answer, Button, Photo, Picture, Text
from deploy import app as program
from deploy.settings import Settings, SettingsError
from inference.errors import TooLarge
from tests.bots.conformance.pictures import CAT
from tests.bots.conformance.slack_stage import SlackStage
from tests.emulators.slack_objects import BOT, PRIVATE


@pytest.fixture
async def stage() -> AsyncIterator[SlackStage]:
    async with SlackStage() as opened:
        yield opened


async def test_a_slash_command_and_its_words(stage: SlackStage) -> None:
    await stage.slack.command("/style", "starry night 70%", channel=PRIVATE)
    await stage.heard.until(lambda: stage.heard.messages)
    (message,) = stage.heard.messages
    assert (message.text, message.private, message.person.name) == ("/style starry night 70%", True, "Ada")
    await stage.adapter.say(message.address, Text("Send a picture."))
    assert [posted.thread for posted in stage.slack.ours] == [""]


async def test_a_mention_is_told_twice_by_slack_and_recorded_once(stage: SlackStage) -> None:
    await stage.told("/style")
    await stage.slack.until(lambda: not stage.slack.unacknowledged)
    assert stage.heard.told >= 2
    assert len(stage.heard.messages) == 1


async def test_in_a_channel_answers_stand_in_a_thread_whose_picture_can_be_meant_again(stage: SlackStage) -> None:
    asked = await stage.told("!style ukiyoe", CAT)
    await stage.adapter.show(asked.address, Answer((Photo(b"painted"),), "Ukiyo-e"), "key")
    assert {posted.thread for posted in stage.slack.ours} == {asked.id}
    again = await stage.told("!style ink", reply_to=asked)
    assert await stage.adapter.fetch(again.replied[0]) == CAT


async def test_in_a_channel_a_whisper_is_for_one_alone(stage: SlackStage) -> None:
    asked = await stage.told("/settings")
    assert await stage.adapter.say(asked.address, Text("Only for admins.", whispered=True)) == ""
    assert [posted.only for posted in stage.slack.ours] == ["UADA"]
    await stage.adapter.change(asked.address, "", Text("More."))
    await stage.adapter.remove(asked.address, "")


async def test_edits_of_a_message_and_other_programs_are_not_heard(stage: SlackStage) -> None:
    first = await stage.told("/style")
    stage.slack.posted(first.id).user = BOT
    await stage.slack.tell_again(first.id)
    last = await stage.told("/queue")
    assert stage.heard.messages == [first, last]


async def test_many_buttons_are_broken_into_rows(stage: SlackStage) -> None:
    asked = await stage.told("/styles")
    row = tuple(Button("a style with a very long name " * 4, f"/style {number}") for number in range(60))
    await stage.adapter.say(asked.address, Text("画" * 7000, (row,)))
    assert len(stage.slack.ours[0].commands) == 60


async def test_a_redirect_takes_our_token_nowhere(stage: SlackStage) -> None:
    seen: list[str | None] = []

    async def thief(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=b"stolen")

    elsewhere = web.AppRunner(server := web.Application())
    server.router.add_get("/cat.jpg", thief)
    await elsewhere.setup()
    await web.TCPSite(elsewhere, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{elsewhere.addresses[0][1]}/cat.jpg"
    message = await stage.told("/style", CAT)
    stage.slack.redirects[message.pictures[0].ref.rpartition("/")[2]] = address
    for picture in (message.pictures[0], Picture(address)):
        with pytest.raises(SendFailed):
            await stage.adapter.fetch(picture)
    await elsewhere.cleanup()
    assert seen == []


async def test_a_picture_that_lies_about_its_size(stage: SlackStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LIMIT", len(CAT) - 1)
    message = await stage.told("/style", CAT)
    with pytest.raises(TooLarge):
        await stage.adapter.fetch(Picture(message.pictures[0].ref, byte_count=1))


async def test_a_slack_that_breaks_leaves_us_unsure(stage: SlackStage) -> None:
    message = await stage.told("/queue")
    stage.slack.accident("broken", "chat.postMessage")
    with pytest.raises(SendUncertain):
        await stage.adapter.say(message.address, Text("2 before you"))


async def test_a_caption_that_does_not_arrive_leaves_us_unsure(stage: SlackStage) -> None:
    message = await stage.told("/style", CAT)
    stage.slack.accident("refused", "chat.postMessage")
    with pytest.raises(SendUncertain, match="Only the pictures"):
        await stage.adapter.show(message.address, Answer((Photo(b"painted"),), "x", ((Button("x", "/x"),),)), "key")


async def test_a_person_who_cannot_be_looked_up_is_their_id(stage: SlackStage) -> None:
    del stage.slack.members["UADA"]
    message = await stage.told("/queue")
    assert (message.person.id, message.person.name) == ("UADA", "UADA")
    assert await stage.adapter.avatar(message.person, message.address) is None


async def test_an_unreachable_slack_is_tried_again(stage: SlackStage) -> None:
    await stage.stop()
    for method in ("auth.test", "apps.connections.open"):
        stage.slack.accident("broken", method, times=2)
    await stage.start()
    assert (await stage.told("/queue")).text == "/queue"


def test_the_library_is_asked_for_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("bots.slack", "slack_bolt"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "slack_bolt", None)
    settings = Settings(slack_token="xoxb-1", slack_app_token="xapp-1", data=tmp_path)
    with pytest.raises(SettingsError, match=r"pip install 'atelier\[slack\]'"):
        program._chat_adapters(settings)


async def test_half_a_set_of_tokens_is_refused(tmp_path: Path) -> None:
    settings = Settings(slack_token="xoxb-1", data=tmp_path)
    with pytest.raises(SettingsError, match="ATELIER_SLACK_APP_TOKEN: must be set, too"):
        await asyncio.wait_for(program.run_everything(settings), 5)
