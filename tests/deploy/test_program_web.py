"""The web chat before the whole program: what strangers upload gets its own answer."""

import asyncio
import secrets
from pathlib import Path

import aiohttp

from bots import replies
from tests import hostile
from tests.bots.web_chat import Visitor, acknowledge, hear
from tests.program import Program


async def test_whatever_strangers_upload_gets_its_own_answer(tmp_path: Path) -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # the host is an address, not a name
    async with Program("run", tmp_path, {}) as program, aiohttp.ClientSession(cookie_jar=jar) as http:
        at_first = program.memory_bytes()
        stranger = Visitor(program.url, http)
        assert await stranger.enter() == 204
        async with stranger.socket() as socket:
            for name, (make, code) in hostile.HOSTILE.items():
                status, upload = await stranger.upload(make())
                if name == "25 MB":
                    assert status == 413
                    continue
                words = {"type": "message", "id": secrets.token_hex(8), "text": "/style ukiyoe"}
                await socket.send_json({**words, "pictures": [upload["ref"]]})
                said = await hear(socket, "say")
                while said["text"] != replies.text("en", f"error-{code}"):  # a line about waiting may come first
                    await acknowledge(socket, said)
                    said = await hear(socket, "say")
                await acknowledge(socket, said)
        assert (await send_raw(program, b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n")).startswith(
            b"HTTP/1.0 400"
        )
        assert program.memory_bytes() - at_first < 400e6
        assert "Traceback" not in program.printed()


async def send_raw(program: Program, data: bytes) -> bytes:
    """What is answered to bytes that are no proper HTTP."""
    reader, writer = await asyncio.open_connection(*program.address.split(":"))
    writer.write(data)
    answer = await reader.read(1000)
    writer.close()
    return answer
