"""What people do on Discord becomes a Message."""

import asyncio
from typing import Any

import pytest

from bots import replies
from bots.commands import MENU
from bots.message import Message, Picture, Text
from tests.bots.discord_room import Listener, answer, buttons, connected, room
from tests.emulators.discord import DiscordEmulator, User


async def test_a_slash_command_with_a_picture_is_one_message() -> None:
    async with room() as there:
        asked = await there.dc.slash(
            "style", image=b"photo", filename="cat.png", media_type="image/png", style="ukiyoe"
        )
        message = await there.listener.next()
        assert (message.platform, message.chat, message.id) == ("discord", str(there.dc.channel), str(asked.id))
        assert (message.person.id, message.person.name, message.person.language) == (str(asked.user.id), "Ada", "en-US")
        assert message.text == "/style ukiyoe"
        (picture,) = message.pictures
        assert (picture.media_type, picture.byte_count, picture.name) == ("image/png", 5, "cat.png")
        assert await there.adapter.fetch(picture) == b"photo"
        assert (message.private, message.addressed, message.as_file, message.replied) == (False, True, False, ())


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "/style"),
        ({"style": "starry  night\n"}, "/style starry night"),
        ({"style": "ukiyoe", "strength": 70}, "/style ukiyoe 70%"),
        ({"style": "ukiyoe", "strength": 0, "keep_colours": True}, "/style ukiyoe 0% keep"),
        ({"style": "ukiyoe", "keep_colours": False}, "/style ukiyoe"),
        ({"style": "ukiyoe", "match_colours": True, "sharp": True, "faces": False}, "/style ukiyoe match sharp noface"),
    ],
)
async def test_options_are_said_as_they_would_be_typed(options: dict[str, Any], text: str) -> None:
    async with room() as there:
        await there.dc.slash("style", **options)
        assert (await there.listener.next()).text == text


async def test_a_photo_and_its_style_picture_are_two_attachments() -> None:
    async with room() as there:
        await there.dc.slash("like", image=b"photo", style_image=b"painting", strength=70)
        message = await there.listener.next()
        assert message.text == "/like 70%"
        assert [await there.adapter.fetch(picture) for picture in message.pictures] == [b"photo", b"painting"]


async def test_words_are_said_as_they_would_be_typed() -> None:
    async with room() as there:
        await there.dc.slash("theme", words=" misty  harbour ")
        message = await there.listener.next()
        assert (message.text, message.pictures) == ("/theme misty harbour", ())


@pytest.mark.parametrize("name", [name for name in MENU if name not in ("style", "theme")])
async def test_every_other_command_says_itself(name: str) -> None:
    async with room() as there:
        await there.dc.slash(name)
        assert (await there.listener.next()).text == f"/{name}"


async def test_a_message_is_recorded_before_it_is_acknowledged() -> None:
    async with room() as there:
        seen: list[int | None] = []

        async def look(message: Message) -> None:
            seen.append(next(iter(there.dc.rest.asked.values())).response)

        there.listener.first = look
        asked = await there.dc.slash("style", image=b"photo")
        await there.dc.until(lambda: asked.response)
        assert seen == [None]
        assert asked.response == 5
        assert asked.waited_s < 1


async def test_what_could_not_be_recorded_is_not_acknowledged() -> None:
    async with room() as there:

        async def full_disk(message: Message) -> None:
            if message.text == "/style lost":
                raise OSError("no space left")

        there.listener.first = full_disk
        lost = await there.dc.slash("style", image=b"photo", style="lost")
        kept = await there.dc.slash("style", image=b"photo")
        await there.dc.until(lambda: kept.response)
        assert lost.response is None
        assert [message.id for message in there.listener.messages] == [str(kept.id)]


async def test_an_answer_waits_for_the_acknowledgement() -> None:
    """The conversation may answer at once; Discord has nothing to fill before it is told that an answer comes."""
    async with room() as there:
        said: list[asyncio.Task[str]] = []

        async def answer_at_once(message: Message) -> None:
            said.append(asyncio.create_task(there.adapter.say(message.address, Text("soon"))))
            await asyncio.sleep(0.05)

        there.listener.first = answer_at_once
        asked = await there.dc.slash("help")
        assert (await there.dc.words(asked)).content == "soon"
        assert asked.original is not None
        assert asked.original.history == ["", "soon"]


async def test_styles_are_suggested_while_one_types() -> None:
    async with room() as there:
        assert await there.dc.autocomplete("style", "uk") == [("Ukiyo-e", "ukiyoe")]
        assert await there.dc.autocomplete("avatar", "starry") == [("Starry Night", "starry-night")]
        there.listener.styles = tuple((f"style-{n}", "x" * 150) for n in range(40))
        many = await there.dc.autocomplete("style", "")
        assert len(many) == 25
        assert {len(title) for title, _ in many} == {100}


async def test_a_press_says_the_buttons_command_even_after_a_restart() -> None:
    async with DiscordEmulator() as dc:
        first, second = Listener(), Listener()
        async with connected(dc, first) as adapter:
            asked = await dc.slash("styles")
            await adapter.show((await first.next()).address, answer(commands=("/style ukiyoe", "/style 日落 70%")), "a")
            gallery = await dc.answer(asked)
        async with connected(dc, second):
            grace = User("grace")
            pressed = await dc.press(gallery, "/style 日落 70%", user=grace)
            message = await second.next()
            await dc.until(lambda: pressed.response)
        assert (message.text, message.person.id, message.id) == ("/style 日落 70%", str(grace.id), str(pressed.id))
        assert pressed.response == 6  # nothing was said: the press is taken, and the gallery stays
        assert dc.violations == []


async def test_a_choice_from_a_menu_says_its_command() -> None:
    async with room() as there:
        _, message = await there.ask()
        commands = [f"/style s{n}" for n in range(60)]
        await there.adapter.say(message.address, Text("which?", (buttons(*commands),)))
        shown = await there.dc.words(next(iter(there.dc.rest.asked.values())))
        assert shown.commands == commands
        await there.dc.press(shown, "/style s42")
        assert (await there.listener.next(2)).text == "/style s42"


async def test_a_press_on_something_foreign_is_taken_silently() -> None:
    async with room() as there:
        _, message = await there.ask()
        await there.adapter.say(message.address, Text("old", (buttons("forgotten"),)))
        shown = await there.dc.words(next(iter(there.dc.rest.asked.values())))
        pressed = await there.dc.press(shown, "forgotten")
        await there.dc.until(lambda: pressed.response)
        assert pressed.response == 6
        assert len(there.listener.messages) == 1


async def test_restyle_takes_the_pictures_of_a_message() -> None:
    async with room() as there:
        shared = await there.dc.post("look", b"one", b"two", private=False, tell=False)
        await there.dc.restyle(shared)
        message = await there.listener.next()
        assert (message.text, message.address["reply_to"]) == ("/style", shared.id)
        assert [await there.adapter.fetch(picture) for picture in message.pictures] == [b"one", b"two"]


async def test_restyle_hands_over_what_may_be_a_picture_after_all() -> None:
    """A PDF is refused by the service, in its own words."""
    async with room() as there:
        shared = await there.dc.post("look", b"%PDF-", media_type="application/pdf", private=False, tell=False)
        await there.dc.restyle(shared)
        assert [picture.media_type for picture in (await there.listener.next()).pictures] == ["application/pdf"]


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en-US", "no picture in that message"), ("zh-CN", "没有图片"), ("zh-TW", "没有图片"), ("fr", "no picture")],
)
async def test_restyle_without_a_picture_is_refused_to_that_person_alone(locale: str, words: str) -> None:
    async with room() as there:
        asked = await there.dc.restyle(
            await there.dc.post("no picture", private=False, tell=False), user=User(locale=locale)
        )
        said = await there.dc.words(asked)
        assert words in said.content
        assert said.ephemeral
        assert there.listener.messages == []


async def test_every_style_is_tried_on_a_picture() -> None:
    async with room() as there:
        await there.dc.slash("try", image=b"mine")
        shared = await there.dc.post("look", b"theirs", private=False, tell=False)
        await there.listener.next()
        await there.dc.restyle(shared, menu="Try every style")
        await there.listener.next(2)
        said = [(message.text, await there.adapter.fetch(message.pictures[0])) for message in there.listener.messages]
        assert said == [("/try", b"mine"), ("/try", b"theirs")]


async def test_a_private_message_is_heard_with_its_pictures() -> None:
    async with room() as there:
        sent = await there.dc.post("/style ukiyoe", b"photo")
        message = await there.listener.next()
        assert (message.text, message.private, message.addressed) == ("/style ukiyoe", True, True)
        assert (message.chat, message.id) == (str(there.dc.private_channel), str(sent.id))
        assert await there.adapter.fetch(message.pictures[0]) == b"photo"


async def test_a_mention_is_heard_and_other_chatter_is_not() -> None:
    async with room() as there:
        await there.dc.post("/style ukiyoe", b"theirs", private=False)
        await there.dc.post("hello", private=True, user=User("robot", bot=True))
        await there.dc.post("/style ukiyoe", b"ours", private=False, mention=True)
        message = await there.listener.next()
        assert (message.text, message.private, message.addressed) == ("/style ukiyoe", False, True)
        assert await there.adapter.fetch(message.pictures[0]) == b"ours"
        assert len(there.listener.messages) == 1


async def test_a_reply_brings_the_pictures_it_replies_to() -> None:
    async with room() as there:
        earlier = await there.dc.post("", b"photo", tell=False)
        await there.dc.post("/style ukiyoe", reply_to=earlier)
        message = await there.listener.next()
        assert message.pictures == ()
        assert [await there.adapter.fetch(picture) for picture in message.replied] == [b"photo"]


async def test_a_private_command_of_a_person_who_installed_the_bot() -> None:
    async with room() as there:
        await there.dc.slash("style", private=True, user_installed=True, limit=26_214_400)
        message = await there.listener.next()
        assert (message.private, message.chat) == (True, str(there.dc.private_channel))
        assert message.address["limit"] == 26_214_400


async def test_discord_is_told_every_command_in_its_languages() -> None:
    async with room() as there:
        await there.dc.slash("help")
        commands = {(command["type"], command["name"]): command for command in there.dc.rest.commands}
        slash = {name for kind, name in commands if kind == 1}
        assert slash == set(MENU)
        assert {(2, "Restyle avatar"), (3, "Restyle"), (3, "Try every style")} <= set(commands)
        style = commands[1, "style"]
        assert [option["name"] for option in style["options"]] == list(replies.OPTIONS)
        assert set(style["description_localizations"]) == {"zh-CN", "zh-TW"}
        assert style["options"][0]["name_localizations"]["zh-CN"] == "图片"
        assert (style["contexts"], style["integration_types"]) == ([0, 1, 2], [0, 1])
        assert all(len(command["description"]) <= 100 for command in commands.values())
        assert commands[3, "Try every style"]["name_localizations"]["zh-CN"] == "试遍所有风格"
        assert [option["name"] for option in commands[1, "avatar"]["options"]] == ["style", "member", "group"]
        likeness = commands[1, "like"]["options"]
        assert [option["name"] for option in likeness] == ["image", "style_image", "strength"]
        assert likeness[1]["name_localizations"]["zh-CN"] == "风格图"
        (words,) = commands[1, "theme"]["options"]
        assert (words["name"], words["required"], words["max_length"]) == ("words", True, 200)
        assert words["name_localizations"]["zh-CN"] == "文字"
        manage_server = str(1 << 5)
        assert {name: command["default_member_permissions"] for (_, name), command in commands.items()} == {
            name: manage_server if name == "settings" else None for _, name in commands
        }


async def test_the_same_interaction_told_twice_is_recorded_with_the_same_name() -> None:
    """The ledger knows a message by platform, chat and id; the second acknowledgement is refused without harm."""
    async with room() as there:
        asked, _ = await there.ask()
        event = there.dc.gateway.last("INTERACTION_CREATE")
        await there.dc.gateway.event("INTERACTION_CREATE", event)
        again = await there.listener.next(2)
        assert again.id == str(asked.id)
        await there.adapter.show(again.address, answer(), "key")
        assert (await there.dc.answer(asked)).pictures == [b"painted"]


async def test_a_picture_ref_holds_no_token() -> None:
    async with room() as there:
        asked, message = await there.ask()
        assert isinstance(message.pictures[0], Picture)
        assert asked.token not in repr(message.pictures)
        assert there.dc.token not in repr(message)
