"""Pictures are fetched from Discord's CDN, and from nowhere else."""

import pytest

from bots.adapter import SendFailed
from bots.discord import fetching
from bots.discord.endpoints import Endpoints
from bots.message import Person, Picture
from inference.errors import TooLarge
from tests.bots.discord_room import room
from tests.emulators.discord import User


async def test_a_picture_arrives_as_it_was_sent() -> None:
    async with room() as there:
        data = bytes(range(256)) * 4096
        stored = there.dc.store(data, "big.png", "image/png")
        assert await there.adapter.fetch(Picture(stored.url)) == data


@pytest.mark.parametrize("told", [True, False])
async def test_what_says_that_it_is_too_large_is_not_read(told: bool) -> None:
    async with room() as there:
        stored = there.dc.store(b"x" * (fetching.LIMIT + 1), "huge.jpg", "image/jpeg")
        with pytest.raises(TooLarge, match="20 MB"):
            await there.adapter.fetch(Picture(stored.url, byte_count=fetching.LIMIT + 1 if told else None))


async def test_what_hides_its_length_is_read_no_further_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LIMIT", 2**20)
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
    assert not Endpoints().serves(url)
    async with room() as there:
        with pytest.raises(SendFailed, match="not on Discord"):
            await there.adapter.fetch(Picture(url))


def test_discords_own_hosts_are_asked() -> None:
    assert Endpoints().serves("https://cdn.discordapp.com/attachments/1/2/cat.jpg?ex=1&is=2&hm=3")
    assert Endpoints().serves("https://media.discordapp.net/attachments/1/2/cat.jpg")


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
