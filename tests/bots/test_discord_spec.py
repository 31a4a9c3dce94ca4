"""The check against Discord's own description finds what is wrong, or it would be worth nothing."""

import pytest

from tests.emulators import discord_spec
from tests.emulators.discord_objects import Sent, User
from tests.emulators.discord_spec import Spec

POST = "/channels/1/messages"


@pytest.fixture(scope="module")
def spec() -> Spec:
    found = discord_spec.load()
    if found is None:
        pytest.skip("needs Discord's description of its API beside the project")
    return found


def test_right_exchanges_pass(spec: Spec) -> None:
    sent = Sent(
        1, User(), "hello", components=[{"type": 1, "components": [{"type": 2, "style": 2, "custom_id": "/x"}]}]
    )
    assert spec.request("POST", POST, {}, "application/json", {"content": "hello"}) == []
    assert spec.response("POST", POST, 200, sent.json) == []
    assert spec.response("DELETE", f"{POST}/2", 204, None) == []
    assert spec.response("POST", POST, 403, {"code": 50013, "message": "Missing Permissions"}) == []
    assert spec.schema("UserResponse", User().json) == []


def test_wrong_requests_are_found(spec: Spec) -> None:
    assert spec.request("POST", "/channels/1/massages", {}, "application/json", {}) != []
    assert spec.request("POST", POST, {}, "application/json", {"content": 5}) != []
    assert spec.request("POST", POST, {}, "application/json", {"content": "x" * 4001}) != []
    assert spec.request("POST", POST, {}, "text/plain", {"content": "hello"}) != []
    assert spec.request("POST", POST, {"wait": "1"}, "application/json", {"content": "hello"}) != []
    assert spec.request("POST", POST, {}, "application/json", None) != []
    assert spec.request("POST", "/interactions/1/t/callback", {}, "application/json", {"type": "5"}) != []


def test_wrong_answers_are_found(spec: Spec) -> None:
    message = Sent(1, User(), "hello").json
    assert spec.response("POST", POST, 200, {**message, "author": None}) != []
    assert spec.response("POST", POST, 200, {key: value for key, value in message.items() if key != "flags"}) != []
    assert spec.response("DELETE", f"{POST}/2", 204, message) != []
    assert spec.response("POST", POST, 302, message) != []
    assert spec.response("POST", POST, 429, {"code": 0, "message": "slow down"}) != []
    assert spec.schema("UserResponse", {**User().json, "id": 17}) != []


def test_only_the_named_deviation_passes(spec: Spec) -> None:
    files = {"attachments": [{"id": 0, "filename": "a.jpg"}]}
    assert spec.request("PATCH", "/webhooks/1/t/messages/@original", {}, "multipart/form-data", files) == []
    broken = {"attachments": [{"id": 0, "filename": 5}]}
    assert spec.request("PATCH", "/webhooks/1/t/messages/@original", {}, "multipart/form-data", broken) != []
