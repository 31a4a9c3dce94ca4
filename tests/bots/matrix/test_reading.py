"""Whatever a stranger puts into an event, reading it ends well."""

from typing import Any

import nio
from hypothesis import given
from hypothesis import strategies as st

from bots.matrix import buttons
from bots.matrix.reading import Around, is_said, read, relation

ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.text(max_size=5), max_size=3)
)
NAMES = ("body", "filename", "formatted_body", "url", "file", "info", "m.mentions", "m.relates_to", "m.new_content")
DEEP = st.dictionaries(
    st.sampled_from(("key", "hashes", "iv", "url", "size", "mimetype", "event_id", "rel_type", "m.in_reply_to")), ODD
)
CONTENT = st.dictionaries(st.sampled_from(NAMES), st.one_of(ODD, DEEP), max_size=5)
AROUND = Around("!r", "@bot:here", "bot", private=False, name_of=lambda user: user)


@given(
    st.sampled_from(("m.text", "m.image", "m.file", 7, None)), CONTENT, st.sampled_from(("m.room.message", "m.sticker"))
)
def test_an_odd_event_is_read_or_not_but_never_breaks(msgtype: Any, content: dict[str, Any], kind: str) -> None:
    raw: dict[str, Any] = {
        "type": kind,
        "sender": "@a:here",
        "event_id": "$1",
        "origin_server_ts": 2**42,
        "content": {**content, "msgtype": msgtype},
    }
    relation(raw)
    nio.Event.parse_event(raw)
    if is_said(raw, "@bot:here", 60):
        message = read(raw, AROUND, raw)
        assert message is None or message.id == "$1"


def test_a_photo_that_answers_a_picture_is_to_be_like_it() -> None:
    def shown(event: str, picture: str, **about: Any) -> dict[str, Any]:
        content = {"msgtype": "m.image", "body": "x.jpg", "filename": "x.jpg", "url": f"mxc://here/{picture}", **about}
        return {"type": "m.room.message", "sender": "@a:here", "event_id": event, "content": content}

    painting = shown("$1", "painting")
    photo = shown("$2", "photo", body="!like 70%", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$1"}}})
    message = read(photo, AROUND, painting)
    assert message is not None
    assert (message.text, message.addressed) == ("!like 70%", True)
    ((photo_there,), (painting_there,)) = message.pictures, message.replied
    assert ("here/photo" in photo_there.ref, "here/painting" in painting_there.ref) == (True, True)


def test_what_is_too_old_is_not_said_now() -> None:
    raw = {
        "type": "m.room.message",
        "sender": "@a:here",
        "event_id": "$1",
        "content": {"msgtype": "m.text", "body": "x"},
    }
    assert not is_said({**raw, "origin_server_ts": 1000}, "@bot:here", 60)
    assert is_said({**raw, "origin_server_ts": 2**43}, "@bot:here", 60)


def test_numbers_are_said_in_many_ways() -> None:
    assert [buttons.chosen(words) for words in ("3", " 12. ", "2)", "１", "7️⃣", "🔟", "1 2", "one", "", "-1")] == [
        *(3, 12, 2, 1, 7, 10),
        *(None, None, None, None),
    ]
