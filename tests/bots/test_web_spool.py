"""The folder of uploads: what it keeps, for how long, and how much of it."""

import os
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.message import Picture
from bots.web.frames import BadFrame, parse
from bots.web.spool import LIMIT_BYTES, Spool, SpoolFull
from bots.web.talk import Pace, language_of

OWNER = "a" * 32


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_gives_back_what_was_put(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "uploads")
    ref, byte_count = await spool.put(OWNER, chunks(b"one", b"two"))
    assert (byte_count, await spool.get(ref)) == (6, b"onetwo")
    assert await spool.look(OWNER, ref) == Picture(ref, "", 6)
    with pytest.raises(FileNotFoundError):
        await spool.look("b" * 32, ref)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVE", ""),
        (b"<svg>", ""),
        (b"", ""),
    ],
)
async def test_names_a_picture_by_its_first_bytes(tmp_path: Path, head: bytes, media_type: str) -> None:
    spool = Spool(tmp_path)
    ref, _ = await spool.put(OWNER, chunks(head))
    assert (await spool.look(OWNER, ref)).media_type == media_type


async def test_forgets_after_an_hour(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    old, _ = await spool.put(OWNER, chunks(b"old"))
    new, _ = await spool.put(OWNER, chunks(b"new"))
    an_hour_ago = time.time() - 3601
    os.utime(tmp_path / old, (an_hour_ago, an_hour_ago))
    await spool.sweep()
    with pytest.raises(FileNotFoundError):
        await spool.look(OWNER, old)
    assert await spool.get(new) == b"new"


async def test_sweeping_a_folder_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    await Spool(tmp_path / "uploads").sweep()


async def test_refuses_what_might_not_fit(tmp_path: Path) -> None:
    spool = Spool(tmp_path, capacity_bytes=LIMIT_BYTES + 3)
    kept, _ = await spool.put(OWNER, chunks(b"four"))
    with pytest.raises(SpoolFull):
        await spool.put(OWNER, chunks(b"five"))
    assert [entry.name for entry in os.scandir(tmp_path)] == [kept]


async def test_a_disk_that_takes_no_more_is_full_and_keeps_no_half_picture(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # what is written beyond it fails, as on a full disk
    try:
        with pytest.raises(SpoolFull):
            await Spool(tmp_path).put(OWNER, chunks(*[b"a chunk of a picture" * 1000] * 10))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(os.scandir(tmp_path)) == []


@settings(max_examples=50)
@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(repr))
def test_any_text_is_a_frame_or_refused(text: str) -> None:
    with pytest.raises(BadFrame):
        parse(text)


@pytest.mark.parametrize(
    ("tag", "language"), [("zh-Hans-CN", "zh-hans-cn"), ("en", "en"), ("", "en"), ("x" * 99, "en"), ("de\n", "en")]
)
def test_a_language_is_a_tag_or_english(tag: str, language: str) -> None:
    assert language_of(tag) == language


def test_pace_lets_a_burst_through_and_no_more() -> None:
    pace = Pace(burst=3, per_s=0)
    assert [pace.allows() for _ in range(5)] == [True, True, True, False, False]
