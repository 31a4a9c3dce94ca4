"""From where pictures are fetched, and who is shown a token."""

import pytest

from bots.download import shown_to

TOKEN = {"Authorization": "Bearer 123"}
HOSTS = {"http://[::1]:8065": TOKEN, "https://*.example.org": TOKEN, "https://*.example-faces.org": {}}


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("https://files.example.org/cat.jpg?size=1#top", TOKEN),
        ("https://a.faces.example.org/cat.jpg", TOKEN),
        ("http://[::1]:8065/cat.jpg", TOKEN),
        ("https://one.example-faces.org/ada.png", {}),
    ],
)
def test_each_of_a_platforms_own_hosts_is_shown_what_is_meant_for_it(address: str, headers: dict[str, str]) -> None:
    assert shown_to(address, HOSTS) == headers


@pytest.mark.parametrize(
    "address",
    [
        "http://files.example.org/cat.jpg",
        "https://files.example.org:8443/cat.jpg",
        "https://files.example.org@evil.example/cat.jpg",
        "https://evil.example/.example.org",
        "https://evil.example?.example.org",
        "https://evil.example#.example.org",
        "https://evil.example\\.example.org/",
        "https://evilexample.org/cat.jpg",
        "https://files.example.org.evil.example/cat.jpg",
        "http://[::1]:8066/cat.jpg",
        "file:///etc/passwd",
        "cat.jpg",
        "http://[",
        "",
    ],
)
def test_nobody_else_is_asked(address: str) -> None:
    assert shown_to(address, HOSTS) is None
