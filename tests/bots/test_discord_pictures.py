"""Pictures are fetched from Discord's CDN, and from nowhere else."""

from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pytest

from bots import download
from bots.adapter import SendFailed
from bots.discord.endpoints import Endpoints
from bots.message import Answer, Person, Photo, Picture, Text
from inference.errors import TooLarge
from tests.bots.discord_room import Listener, Room, answer, buttons, connected, photo, room
from tests.emulators.discord import DiscordEmulator, Sent, User


async def test_a_picture_arrives_as_it_was_sent() -> None:
    async with room() as there:
        data = bytes(range(256)) * 4096
        stored = there.dc.store(data, "big.png", "image/png")
        assert await there.adapter.fetch(Picture(stored.url)) == data


@pytest.mark.parametrize("told", [True, False])
async def test_what_says_that_it_is_too_large_is_not_read(told: bool) -> None:
    async with room() as there:
        stored = there.dc.store(b"x" * (download.LIMIT + 1), "huge.jpg", "image/jpeg")
        with pytest.raises(TooLarge, match="20 MB"):
            await there.adapter.fetch(Picture(stored.url, byte_count=download.LIMIT + 1 if told else None))


async def test_what_hides_its_length_is_read_no_further_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LIMIT", 2**20)
    async with room() as there:
        stored = there.dc.store(b"x" * (2**20 + 1), "huge.jpg", "image/jpeg")
        there.dc.without_length.add(stored.id)
        with pytest.raises(TooLarge):
            await there.adapter.fetch(Picture(stored.url, byte_count=5))


async def test_a_picture_that_is_gone() -> None:
    async with room() as there:
        stored = there.dc.store(b"x", "gone.jpg", "image/jpeg")
        there.dc.lose(stored)
        with pytest.raises(SendFailed, match="gone"):
            await there.adapter.fetch(Picture(stored.url))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/cat.jpg",
        "http://cdn.discordapp.com/cat.jpg",
        "https://cdn.discordapp.com@evil.example/cat.jpg",
        "https://cdn.discordapp.com.evil.example/cat.jpg",
        "https://cdn.discordapp.com:8443/cat.jpg",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "not an address",
        "http://[",
        "",
    ],
)
async def test_no_other_host_is_asked(url: str) -> None:
    assert download.shown_to(url, Endpoints().hosts) is None
    async with room() as there:
        with pytest.raises(SendFailed, match="not on Discord"):
            await there.adapter.fetch(Picture(url))


def test_discords_own_hosts_are_asked() -> None:
    hosts = Endpoints().hosts
    assert download.shown_to("https://cdn.discordapp.com/attachments/1/2/cat.jpg?ex=1&is=2&hm=3", hosts) == {}
    assert download.shown_to("https://media.discordapp.net/attachments/1/2/cat.jpg", hosts) == {}


async def test_an_avatar_is_ones_own_or_none() -> None:
    async with room() as there:
        grace = there.dc.person_with_avatar(b"face")
        await there.dc.slash("avatar", user=grace)
        address = (await there.listener.next()).address
        picture = await there.adapter.avatar(Person(str(grace.id), "Grace"), address)
        assert picture is not None
        assert await there.adapter.fetch(picture) == b"face"
        assert await there.adapter.avatar(Person("4711", "somebody else"), address) is None


async def test_somebody_without_an_avatar_has_none() -> None:
    async with room() as there:
        await there.dc.slash("avatar", user=User("plain"))
        message = await there.listener.next()
        assert await there.adapter.avatar(message.person, message.address) is None


# Before and after


async def shown_beside(there: Room, picture: Picture, result: Photo | None = None, **about: Any) -> Sent:
    """A result, as people see it, that says what it was made of."""
    asked, message = await there.ask()
    made = Answer((result or photo(),), "made with AI", (buttons("/again key 75%"),), before=(picture,), **about)
    await there.adapter.show(message.address, made, "key")
    return await there.dc.answer(asked)


async def test_a_result_stands_beside_the_photo_it_was_made_of() -> None:
    async with room() as there:
        asked, message = await there.ask(user=User("li", locale="zh-CN"))
        made = answer(commands=("/again key 75%", "/again key delete"))
        await there.adapter.say(message.address, Text("number 3"))
        await there.adapter.show(message.address, replace(made, before=message.pictures), "key")
        shown = await there.dc.answer(asked)
        assert (shown.before, shown.pictures, shown.layout) == ([b"photo"], [b"painted"], True)
        assert (shown.content, shown.commands) == (made.caption, ["/again key 75%", "/again key delete"])
        gallery = shown.components[0]
        assert [item["description"] for item in gallery["items"]] == ["原图", "重绘后的图片"]
        await there.adapter.show(message.address, replace(made, before=message.pictures), "key")
        assert len(there.dc.rest.messages) == 1


async def test_a_result_beside_its_photo_survives_the_end_of_the_interaction_and_a_restart() -> None:
    async with DiscordEmulator() as dc:
        listener = Listener()
        made = answer(commands=("/again key 75%",))
        async with connected(dc, listener) as before:
            asked = await dc.slash("style", image=b"photo")
            message = await listener.next()
            await dc.until(lambda: asked.response)
            dc.expire(asked)
            made = replace(made, before=message.pictures)
            first = await before.show(message.address, made, "key")
        for sent in dc.rest.messages:
            sent.nonce = None  # Discord remembers nonces for some minutes only
        async with connected(dc, Listener()) as after:
            assert await after.show(message.address, made, "key") == first
        shown = await dc.answer(asked)
        assert (shown.content, shown.before, shown.layout) == (f"<@{asked.user.id}> {made.caption}", [b"photo"], True)
        assert shown.pinged == {"parse": [], "replied_user": False}
        assert dc.violations == []


async def test_a_press_under_a_result_beside_its_photo_says_its_command_and_can_change_it() -> None:
    async with room() as there:
        shown = await shown_beside(there, Picture(there.dc.store(b"mine", "me.png", "image/png").url, "image/png"))
        await there.dc.press(shown, "/again key 75%")
        message = await there.listener.next(2)
        assert (message.text, message.pressed) == ("/again key 75%", str(shown.id))
        await there.adapter.change(message.address, message.pressed, Text("which style?", (buttons("/x"),)))
        assert (shown.content, shown.commands, shown.files, shown.layout) == ("which style?", ["/x"], [], True)


async def test_restyling_a_result_takes_the_result_and_not_its_photo() -> None:
    async with room() as there:
        shown = await shown_beside(there, Picture(there.dc.store(b"mine", "me.png", "image/png").url, "image/png"))
        await there.dc.restyle(shown)
        message = await there.listener.next(2)
        assert [await there.adapter.fetch(picture) for picture in message.pictures] == [b"painted"]


@pytest.mark.parametrize("trouble", ["gone", "large", "larger than it says", "heic", "elsewhere"])
async def test_a_photo_that_cannot_be_shown_does_not_hold_up_its_result(trouble: str) -> None:
    async with room() as there:
        size = 4 * 2**20 + 1 if "large" in trouble else 5
        stored = there.dc.store(b"x" * size, "me.jpg", "image/jpeg")
        if trouble == "gone":
            there.dc.lose(stored)
        media_type = "image/heic" if trouble == "heic" else "image/jpeg"
        url = "https://evil.example/cat.jpg" if trouble == "elsewhere" else stored.url
        shown = await shown_beside(there, Picture(url, media_type, size if trouble == "large" else None))
        assert (shown.before, shown.pictures, shown.content) == ([], [b"painted"], "made with AI")


@pytest.mark.parametrize(
    ("result", "about"),
    [
        (Photo(b"moves", "image/gif", "ukiyoe.gif", animated=True), {}),
        (Photo(b"moves", "image/webp", "ukiyoe.webp", animated=True), {}),
        (Photo(b"moves", "video/mp4", "ukiyoe.mp4", animated=True), {}),
        (Photo(b"whole", "image/png", "ukiyoe.png"), {"as_file": True}),
    ],
)
async def test_what_moves_and_what_is_a_file_goes_up_by_itself(result: Photo, about: dict[str, bool]) -> None:
    async with room() as there:
        stored = there.dc.store(b"mine", "me.gif", "image/gif")
        shown = await shown_beside(there, Picture(stored.url, "image/gif"), result, **about)
        assert (shown.before, shown.pictures, shown.layout) == ([], [result.picture], False)
        assert shown.files[0].filename.endswith(PurePath(result.name).suffix)
        assert shown.content == "made with AI"


async def test_a_sticker_is_a_picture_unless_it_is_drawn_by_instructions() -> None:
    async with room() as there:
        there.dc.stickers[101] = b"sticker"
        await there.dc.post("/style ukiyoe", stickers=((101, 1), (102, 3)))
        message = await there.listener.next()
        assert [picture.media_type for picture in message.pictures] == ["image/png"]
        assert await there.adapter.fetch(message.pictures[0]) == b"sticker"
