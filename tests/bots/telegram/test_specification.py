"""The check of every exchange can fail: a check that finds nothing wrong with anything would prove nothing."""

from pathlib import Path

import pytest

from tests.emulators.telegram_spec import TelegramSpec


@pytest.fixture(scope="module")
def spec(shared: Path) -> TelegramSpec:
    path = shared / "specs/telegram-bot-api-10.1.json"
    if not path.is_file():
        pytest.skip(f"needs {path.name} in the shared material")
    return TelegramSpec.load(path)


@pytest.mark.parametrize(
    ("method", "parameters", "files", "complaint"),
    [
        ("sendTelegram", {}, (), "no such method"),
        ("sendMessage", {"chat_id": "1"}, (), "text missing"),
        ("sendMessage", {"chat_id": "1", "text": "a", "colour": "red"}, (), "no parameter colour"),
        ("deleteMessage", {"chat_id": "1", "message_id": "first"}, (), "message_id: 'first' is not Integer"),
        ("sendPhoto", {"chat_id": "1"}, (), "photo missing"),
        ("sendPhoto", {"chat_id": "1", "photo": "attach://p"}, (), "attach://p is not attached"),
        ("sendMessage", {"chat_id": "1", "text": "a"}, ("photo",), "upload photo is used by nothing"),
        ("sendMediaGroup", {"chat_id": "1", "media": '[{"type": "photo"}]'}, (), "media missing"),
        (
            "sendMessage",
            {"chat_id": "1", "text": "a", "reply_markup": '{"inline_keyboard": [[{"callback_data": "x"}]]}'},
            (),
            "text missing",
        ),
        ("sendMessage", {"chat_id": "1", "text": "a", "disable_notification": '"yes"'}, (), "is not Boolean"),
    ],
)
def test_a_wrong_request_is_found(
    spec: TelegramSpec, method: str, parameters: dict[str, str], files: tuple[str, ...], complaint: str
) -> None:
    assert any(complaint in wrong for wrong in spec.request(method, parameters, files))


@pytest.mark.parametrize(
    ("method", "result", "complaint"),
    [
        ("getMe", {"id": 1, "first_name": "Bot"}, "is_bot missing"),
        ("getMe", {"id": "1", "is_bot": True, "first_name": "Bot"}, "id: '1' is not Integer"),
        ("getMe", {"id": 1, "is_bot": True, "first_name": "Bot", "mood": "good"}, "mood is unknown"),
        ("getUpdates", {}, "is not an array"),
        ("getUserProfilePhotos", {"total_count": 1, "photos": [[{"file_id": "a"}]]}, "width missing"),
        ("sendChatAction", 1, "is not Boolean"),
    ],
)
def test_a_wrong_result_is_found(spec: TelegramSpec, method: str, result: object, complaint: str) -> None:
    assert any(complaint in wrong for wrong in spec.result(method, result))


def test_a_right_exchange_is_not_complained_of(spec: TelegramSpec) -> None:
    assert spec.request("sendPhoto", {"chat_id": "-5", "caption": "[not json"}, ["photo"]) == []
    assert spec.result("getMe", {"id": 1, "is_bot": True, "first_name": "Bot"}) == []
    assert (
        spec.update({"update_id": 1, "message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "group"}}}) == []
    )
