"""The rules of a chat: what its admins decide, who may ask for pictures, and in which language they are answered."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots import replies
from bots.adapter import ChatGone
from bots.conversation import Conversation
from bots.ledger import Ledger, Reply
from inference.errors import NotReady
from tests.bots.console import Chat, Console, Inverting, Sent, inverted
from tests.bots.talking import answer, in_group, talking

PHOTO = b"a photo"
SETTINGS = {
    "language": "/settings language",
    "style": "/settings style",
    "styles": "/settings styles",
    "people": "/settings people",
    "quota": "/settings quota",
    "chatquota": "/settings chatquota",
    "delete": "/settings delete",
    "label": "/settings label",
    "avatars": "/settings avatars",
}
NOT_IN_PRIVATE = ("people", "quota", "chatquota", "avatars")


@pytest.fixture
async def conversation(path: Path, console: Console, service: Inverting) -> AsyncIterator[Conversation]:
    async with talking(path, console, service) as conversation:
        yield conversation


@pytest.fixture
def boss(console: Console, conversation: Conversation) -> Chat:
    return in_group(console, conversation, "boss")


@pytest.fixture
def ben(console: Console, conversation: Conversation) -> Chat:
    return in_group(console, conversation, "ben")


async def press(chat: Chat, panel: str, text: str) -> Sent:
    """What a panel says once its button was pressed."""
    before = len(chat.console.history)
    await chat.say(text, pressed=panel)
    await chat.console.until(lambda: len(chat.console.history) > before)
    return chat.console.standing[panel]


async def test_an_admin_sees_the_present_rules_in_words_and_a_button_for_each(boss: Chat) -> None:
    panel = await answer(boss, "/settings")
    assert panel.buttons == tuple(SETTINGS.values())
    assert "Language: automatic" in panel.text
    assert "Pictures for each person: no limit" in panel.text
    assert "Visible AI label: on" in panel.text
    assert panel.whispered
    assert len(panel.text.splitlines()) == 1 + len(SETTINGS)


async def test_others_get_one_kind_sentence_and_change_nothing(boss: Chat, ben: Chat) -> None:
    for text in ("/settings", "/settings quota 1", "/settings nonsense"):
        refused = await answer(ben, text)
        assert refused.text == replies.text("en", "settings-admins")
        assert refused.buttons == ()
    assert "Pictures for each person: no limit" in (await answer(boss, "/settings")).text


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("/settings language zh", "语言：中文"),
        ("/settings style starry night", "Default style: starry-night"),
        ("/settings people admins", "Who may use me: admins only"),
        ("/settings quota 20", "Pictures for each person: 20 a day"),
        ("/settings QUOTA 1", "Pictures for each person: one a day"),
        ("/settings chatquota 500", "Pictures for everyone together: 500 a day"),
        ("/settings delete 1h", "Delete results: after an hour"),
        ("/settings delete 1w", "Delete results: after a week"),
        ("/settings label off", "Visible AI label: off"),
        ("/settings avatars own", "Profile pictures: only one’s own"),
    ],
)
async def test_every_rule_can_be_typed(boss: Chat, typed: str, line: str) -> None:
    await answer(boss, typed)
    panel = await answer(boss, "/settings")
    assert line in panel.text.splitlines()


async def test_what_can_be_typed_can_be_taken_back(boss: Chat) -> None:
    before = await answer(boss, "/settings")
    for typed in ("quota 20", "quota off", "delete 1d", "delete off", "style anime", "style none"):
        await answer(boss, f"/settings {typed}")
    for typed in ("language zh", "language auto", "styles anime", "styles all", "people admins", "people everyone"):
        await answer(boss, f"/settings {typed}")
    assert (await answer(boss, "/settings")).text == before.text


async def test_a_press_changes_the_panel_in_place(boss: Chat, console: Console) -> None:
    await answer(boss, "/settings")
    (panel,) = console.standing
    asked = await press(boss, panel, "/settings delete")
    assert asked.buttons == (
        *("/settings delete off", "/settings delete 1h", "/settings delete 1d", "/settings delete 1w"),
        "/settings",
    )
    assert asked.labels[0] == "✓ never"
    assert "Delete results: after a day" in (await press(boss, panel, "/settings delete 1d")).text
    assert (await press(boss, panel, "/settings delete")).labels[2] == "✓ after a day"
    assert len(console.standing) == 1


async def test_styles_are_switched_on_and_off_by_pressing(boss: Chat, ben: Chat, console: Console) -> None:
    await answer(boss, "/settings styles")
    (panel,) = console.standing
    without = await press(boss, panel, "/settings styles -anime")
    assert "Styles: ukiyoe, starry-night" in without.text
    assert "/settings styles +anime" in without.buttons
    assert (await answer(ben, "/styles")).buttons == ("/style ukiyoe", "/style starry-night")
    again = await press(boss, panel, "/settings styles +anime")
    assert "Styles: all" in again.text


async def test_a_style_that_is_not_allowed_is_unknown_here_and_nowhere_else(
    boss: Chat, ben: Chat, console: Console, conversation: Conversation, service: Inverting
) -> None:
    await answer(boss, "/settings styles anime, Starry Night")
    assert "ukiyoe" in (await answer(ben, "/style ukiyoe", PHOTO)).text
    assert (await answer(ben, "/style anime", PHOTO)).pictures == (inverted(PHOTO),)
    elsewhere = Chat(console, conversation, chat="ben", person="ben")
    assert (await answer(elsewhere, "/style ukiyoe", PHOTO)).pictures == (inverted(PHOTO),)
    assert [job.style for job in service.jobs] == ["anime", "ukiyoe"]


async def test_neither_an_earlier_button_nor_an_announced_style_goes_around_the_rules(
    boss: Chat, ben: Chat, service: Inverting
) -> None:
    first = await answer(ben, "/style anime", PHOTO)
    await answer(ben, "/style anime")
    await answer(boss, "/settings styles ukiyoe")
    assert not (await answer(ben, "", PHOTO)).pictures
    pressed = next(command for command in first.buttons if command.endswith("%"))
    assert not (await answer(ben, pressed)).pictures
    assert len(service.jobs) == 1


async def test_the_last_style_stays(boss: Chat) -> None:
    await answer(boss, "/settings styles anime")
    assert (await answer(boss, "/settings styles -anime")).text == replies.text("en", "styles-one")
    assert "Styles: anime" in (await answer(boss, "/settings")).text


async def test_unknown_styles_are_named_and_the_nearest_offered(boss: Chat) -> None:
    said = await answer(boss, "/settings styles ukiyoe anmie stary-night")
    assert "“anmie”, “stary-night”" in said.text
    assert said.buttons == ("/settings styles ukiyoe anime starry-night",)
    assert "Styles: ukiyoe, starry-night, anime" not in (await answer(boss, "/settings")).text
    await answer(boss, said.buttons[0])
    assert "Styles: all" in (await answer(boss, "/settings")).text, "these are all there are"
    strange = await answer(boss, "/settings styles " + "x" * 500)
    assert strange.buttons == ("/settings styles",)
    assert len(strange.text) < 200


@pytest.mark.parametrize(
    "typed", ["quota many", "quota 0", "quota 99999", "quota -3", "delete 2h", "label perhaps", "people nobody", "x"]
)
async def test_wrong_words_are_answered_with_an_example_that_works(boss: Chat, typed: str) -> None:
    said = await answer(boss, f"/settings {typed}")
    assert len(said.text.splitlines()) == 1
    example = said.text[said.text.index("/settings") :]
    assert (await answer(boss, example)).buttons == tuple(SETTINGS.values())


async def test_every_button_fits_the_narrowest_platform(boss: Chat, service: Inverting, console: Console) -> None:
    long = service.infos[0]
    names = ["a" * 32, *(f"{number:02}{'b' * 30}" for number in range(40))]
    service.infos = tuple(type(long)(name, "1.0.0", {"en": name}, "photo", "Apache-2.0") for name in names)
    await answer(boss, f"/settings styles {names[0]}")
    for topic in SETTINGS.values():
        panel = await answer(boss, topic)
        assert len(panel.buttons) <= 25
        assert all(len(command.encode()) <= 64 for command in panel.buttons)
        assert panel.buttons[-1] == "/settings"


async def test_in_private_everybody_decides_for_themselves(console: Console, conversation: Conversation) -> None:
    ann = Chat(console, conversation, chat="ann", person="ann")
    panel = await answer(ann, "/settings")
    assert panel.buttons == tuple(text for name, text in SETTINGS.items() if name not in NOT_IN_PRIVATE)
    assert "Delete results: after an hour" in (await answer(ann, "/settings delete 1h")).text
    assert "/settings delete 1h" in (await answer(ann, "/settings people admins")).text


async def test_two_admins_change_two_rules_at_once(boss: Chat, console: Console, conversation: Conversation) -> None:
    console.admins.add("deputy")
    deputy = in_group(console, conversation, "deputy")
    await boss.say("/settings quota 20")
    await deputy.say("/settings delete 1h")
    await console.answers(2)
    panel = await answer(boss, "/settings")
    assert "Pictures for each person: 20 a day" in panel.text
    assert "Delete results: after an hour" in panel.text


async def test_rules_hold_after_a_restart(path: Path, console: Console, service: Inverting) -> None:
    async with talking(path, console, service) as conversation:
        await answer(in_group(console, conversation, "boss"), "/settings people admins")
    async with talking(path, console, service) as conversation:
        refused = await answer(in_group(console, conversation, "ben"), "/style anime", PHOTO)
    assert refused.text == replies.text("en", "admins-alone")


async def test_the_label_is_the_chats_choice_unless_the_operator_has_turned_it_off(
    path: Path, console: Console, service: Inverting
) -> None:
    async with talking(path, console, service) as conversation:
        boss = in_group(console, conversation, "boss")
        await answer(boss, "/style anime", PHOTO)
        await answer(boss, "/settings label off")
        await answer(boss, "/style anime", PHOTO)
    async with talking(path, console, service, mark=False) as conversation:
        boss = in_group(console, conversation, "boss")
        assert "as set by the one who runs me" in (await answer(boss, "/settings label on", id="on")).text
        await answer(boss, "/style anime", PHOTO, id="after")
    assert [job.options.mark for job in service.jobs] == [True, False, False]


class TestAdminsAlone:
    """The admins keep the bot to themselves."""

    @pytest.fixture(autouse=True)
    async def _closed(self, boss: Chat) -> None:
        await answer(boss, "/settings people admins")

    async def test_others_are_refused_kindly_however_they_ask(self, ben: Chat, service: Inverting) -> None:
        for text, pictures in (("/style anime", [PHOTO]), ("", [PHOTO]), ("/styles", []), ("/avatar anime", [])):
            assert (await answer(ben, text, *pictures)).text == replies.text("en", "admins-alone")
        assert (await answer(ben, "anime", PHOTO)).text == replies.text("en", "admins-alone")
        assert service.jobs == []

    @pytest.mark.parametrize("text", ["/help", "/language", "/queue", "/cancel", "/privacy", "/forgetme"])
    async def test_what_concerns_oneself_is_for_everybody(self, ben: Chat, text: str) -> None:
        assert (await answer(ben, text)).text != replies.text("en", "admins-alone")

    async def test_the_admins_are_served(self, boss: Chat) -> None:
        assert (await answer(boss, "/style anime", PHOTO)).pictures == (inverted(PHOTO),)

    async def test_another_bots_commands_and_chatter_stay_unanswered(self, ben: Chat, boss: Chat) -> None:
        await ben.say("/otherbot")
        await ben.say("lovely", replied=[PHOTO])
        assert (await answer(boss, "/help")).text == replies.text("en", "help")


class TestLanguage:
    """A person's own language wins over the chat's, and the chat's over the platform's."""

    async def test_a_choice_is_answered_in_the_new_language_at_once(self, ben: Chat, console: Console) -> None:
        asked = await answer(ben, "/language")
        assert asked.text == replies.text("en", "language-ask", language="automatic")
        assert asked.buttons == ("/language en", "/language zh")
        (panel,) = console.standing
        chosen = await press(ben, panel, "/language zh")
        assert chosen.text == replies.text("zh", "language-chosen", language="中文")
        assert chosen.buttons == ("/language en", "/language auto")
        assert (await answer(ben, "/queue")).text == replies.text("zh", "queue-empty")

    @pytest.mark.parametrize("words", ["中文", "Chinese", "ZH"])
    async def test_languages_are_called_by_their_names(self, ben: Chat, words: str) -> None:
        assert (await answer(ben, f"/language {words}")).text.startswith("好的")

    async def test_automatic_goes_back_to_what_the_platform_says_at_once(
        self, console: Console, conversation: Conversation
    ) -> None:
        wang = in_group(console, conversation, "wang", language="zh-hans")
        await answer(wang, "/language en")
        assert (await answer(wang, "/language auto")).text == replies.text("zh", "language-chosen", language="自动")

    async def test_ones_own_choice_wins_over_the_chats(self, boss: Chat, ben: Chat) -> None:
        await answer(boss, "/settings language zh")
        assert (await answer(ben, "/queue")).text == replies.text("zh", "queue-empty")
        await answer(ben, "/language english")
        assert (await answer(ben, "/queue")).text == replies.text("en", "queue-empty")
        assert (await answer(boss, "/queue")).text == replies.text("zh", "queue-empty")

    async def test_a_language_that_nobody_speaks_here_gets_an_example(self, ben: Chat) -> None:
        assert (await answer(ben, "/language Klingon")).text == replies.text("en", "language-wrong")


async def test_a_panel_that_was_changing_at_the_kill_is_changed_again_and_nobody_is_alarmed(
    path: Path, console: Console, service: Inverting
) -> None:
    console.standing["panel"] = Sent("group", "the panel")
    async with Ledger(path) as ledger:
        message = in_group(console, None, "boss").message("/settings delete 1h", pressed="panel")  # type: ignore[arg-type]  # it is not said
        await ledger.chats.note(message, {"chat": "group"})
        entry = await ledger.receive(message)
        assert entry is not None
        await ledger.begin_sending(entry.number, Reply.PANEL)
    async with talking(path, console, service):
        await console.until(lambda: "Delete results: after an hour" in console.standing["panel"].text)
    assert len(console.standing) == 1


async def test_words_that_were_leaving_at_the_kill_are_not_repeated_by_a_press(
    path: Path, console: Console, service: Inverting
) -> None:
    console.standing["panel"] = Sent("group", "the panel")
    service.refusals = [NotReady("not yet")]
    async with Ledger(path) as ledger:
        message = in_group(console, None, "ben").message("/settings", pressed="panel")  # type: ignore[arg-type]  # it is not said
        entry = await ledger.receive(message)
        assert entry is not None
        await ledger.begin_sending(entry.number, Reply.WORDS)
    async with talking(path, console, service):
        assert (await console.answers(2))[-1].text == replies.text("en", "uncertain")
    assert console.standing["panel"].text == "the panel"


async def test_a_chat_that_is_gone_is_told_nothing_more_and_marked(
    path: Path, console: Console, service: Inverting, caplog: pytest.LogCaptureFixture
) -> None:
    tried = []

    def gone(kind: str) -> None:
        tried.append(kind)
        raise ChatGone("the bot was removed")

    console.before_sending = gone
    async with Ledger(path) as ledger, Conversation(service, ledger, [console]) as conversation:
        ben = in_group(console, conversation, "ben")
        await ben.say("/style anime", PHOTO)
        await until_answered(ledger)
        assert await ledger.chats.reachable() == ()
        console.before_sending = lambda kind: None
        await answer(ben, "/help")
        assert len(await ledger.chats.reachable()) == 1, "whoever speaks is there"
    assert tried == ["photos"]


async def until_answered(ledger: Ledger) -> None:
    async with asyncio.timeout(5):
        while await ledger.open_entries():
            await asyncio.sleep(0.01)
