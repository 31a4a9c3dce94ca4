"""Whom a Message names, what they look like, and who decides."""

from typing import Any

import pytest

from bots.message import Person
from tests.bots.discord_room import Listener, connected, room
from tests.emulators.discord import DiscordEmulator, User


async def test_restyle_avatar_on_oneself_is_ones_own() -> None:
    async with room() as there:
        grace = there.dc.person_with_avatar(b"face")
        await there.dc.restyle_avatar(of=grace, user=grace)
        message = await there.listener.next()
        assert (message.text, message.mentioned) == ("/avatar", ())
        picture = await there.adapter.avatar(message.person, message.address)
        assert picture is not None
        assert await there.adapter.fetch(picture) == b"face"


async def test_restyle_avatar_on_a_member_names_them_and_knows_their_picture() -> None:
    async with room() as there:
        grace = there.dc.person_with_avatar(b"face")
        await there.dc.restyle_avatar(of=grace)
        message = await there.listener.next()
        assert message.text == "/avatar"
        (member,) = message.mentioned
        assert (member.id, member.name) == (str(grace.id), "Grace")
        picture = await there.adapter.avatar(member, message.address)
        assert picture is not None
        assert await there.adapter.fetch(picture) == b"face"


@pytest.mark.parametrize(
    ("options", "text", "named"),
    [
        ({"style": "anime"}, "/avatar anime", []),
        ({"style": "anime", "member": User("grace")}, "/avatar anime", ["Grace"]),
        ({"member": User("grace")}, "/avatar", ["Grace"]),
        ({"group": True}, "/avatar group", []),
        ({"style": "anime", "group": True}, "/avatar group anime", []),
        ({"style": "anime", "group": True, "member": User("grace")}, "/avatar group anime", []),
    ],
)
async def test_whose_avatar_is_said_beside_the_command(options: dict[str, Any], text: str, named: list[str]) -> None:
    async with room() as there:
        await there.dc.slash("avatar", **options)
        message = await there.listener.next()
        assert (message.text, [person.name for person in message.mentioned]) == (text, named)


async def test_a_program_has_no_avatar_to_ask_for() -> None:
    async with room() as there:
        for asked in [
            await there.dc.restyle_avatar(of=there.dc.bot),
            await there.dc.slash("avatar", style="anime", member=there.dc.bot),
        ]:
            said = await there.dc.words(asked)
            assert "a program" in said.content
            assert said.ephemeral
        assert there.listener.messages == []


async def test_members_named_in_a_message_are_told_beside_its_text() -> None:
    async with room() as there:
        grace, alan = there.dc.person_with_avatar(b"face"), User("alan")
        earlier = await there.dc.post("look", b"photo", private=False, user=alan, tell=False)
        robot = User("robot", bot=True)
        await there.dc.post(
            "/avatar anime", private=False, mention=True, names=(grace, robot, there.dc.person), reply_to=earlier
        )
        message = await there.listener.next()
        assert message.text == "/avatar anime"
        assert [person.id for person in message.mentioned] == [str(grace.id), str(alan.id)]
        picture = await there.adapter.avatar(message.mentioned[0], message.address)
        assert picture is not None
        assert await there.adapter.fetch(picture) == b"face"
        assert await there.adapter.avatar(message.mentioned[1], message.address) is None


@pytest.mark.parametrize("admin", [True, False])
async def test_who_manages_the_server_decides_there(admin: bool) -> None:
    async with room() as there:
        person = User("linus", admin=admin)
        await there.dc.slash("settings", user=person)
        await there.dc.post("/settings", private=False, mention=True, user=person)
        await there.listener.next(2)
        await there.dc.slash("settings", user=person, private=True)
        await there.dc.post("/settings", user=person)
        await there.listener.next(4)
        said = there.listener.messages
        decides = [await there.adapter.administers(message.person, message.address) for message in said]
        assert decides == [admin, admin, True, True]
        assert not await there.adapter.administers(Person("4711", "somebody else"), said[0].address)


async def test_the_servers_picture_is_known_where_there_is_one() -> None:
    async with DiscordEmulator() as dc:
        for icon in (b"", b"easel"):
            if icon:
                dc.hang_out(icon)
            listener = Listener()
            async with connected(dc, listener) as adapter:
                await dc.slash("avatar", group=True)
                picture = await adapter.chat_picture((await listener.next()).address)
                assert (await adapter.fetch(picture) if picture else b"") == icon
        assert dc.violations == []
