"""Environment, then file, then default; errors name the key; secrets never print."""

from pathlib import Path

import pytest

from deploy.settings import Settings, SettingsError, split_address
from inference.limits import Limits


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ATELIER_LISTEN", "ATELIER_TELEGRAM_TOKEN", "ATELIER_CONFIG", "ATELIER_DATA"):
        monkeypatch.delenv(name, raising=False)


def test_without_any_setting_the_defaults_serve_this_machine_alone() -> None:
    settings = Settings.load()
    assert settings.listen == "127.0.0.1:8080"
    assert settings.telegram_token is None
    assert settings.mark


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "atelier.toml").write_text('listen = "127.0.0.1:9000"\nmark = false\n')
    monkeypatch.setenv("ATELIER_LISTEN", "127.0.0.1:9001")
    settings = Settings.load()
    assert settings.listen == "127.0.0.1:9001"
    assert not settings.mark


def test_a_file_elsewhere_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('styles = "/a:/b"\n')
    monkeypatch.setenv("ATELIER_CONFIG", str(tmp_path / "other.toml"))
    assert Settings.load().styles == (Path("/a"), Path("/b"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATELIER_LISTEN", "8080"),
        ("ATELIER_LISTEN", "host:99999"),
        ("ATELIER_INFERENCE_URL", "gpu:8080"),
        ("ATELIER_DEVICE", "tpu"),
        ("ATELIER_MARK", "perhaps"),
        ("ATELIER_OPERATORS", "telegram:17,42"),
        ("ATELIER_OPERATORS", "telegram:17 discord:42"),
        ("ATELIER_PERSON_QUOTA", "0"),
        ("ATELIER_MAX_ITEMS", "0"),
        ("ATELIER_MAX_ITEMS", "100"),
        ("ATELIER_MAX_FRAMES", "many"),
        ("ATELIER_CACHE_MB", "1"),
        ("ATELIER_LANES", "-1"),
        ("ATELIER_TELEGRAM_STAGING_CHAT", "mine"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_its_key(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        Settings.load()


def test_operators_are_people_on_their_platforms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings.load().operators == ()
    monkeypatch.setenv("ATELIER_OPERATORS", "telegram:17, matrix:@ann:home.example,")
    assert Settings.load().operators == ("telegram:17", "matrix:@ann:home.example")
    monkeypatch.delenv("ATELIER_OPERATORS")
    (tmp_path / "atelier.toml").write_text('operators = ["discord:42"]\n')
    assert Settings.load().operators == ("discord:42",)


def test_quotas_and_caps_have_an_end_only_where_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.load()
    assert (settings.person_quota, settings.max_items) == (None, 10)
    assert settings.max_frames == Limits().moving_frames
    monkeypatch.setenv("ATELIER_PERSON_QUOTA", "50")
    assert Settings.load().person_quota == 50


def test_a_misspelt_variable_is_refused_rather_than_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_TELEGRAM_TOKN", "1:x")
    with pytest.raises(SettingsError, match="ATELIER_TELEGRAM_TOKN"):
        Settings.load()


def test_an_unknown_key_or_broken_toml_in_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "atelier.toml").write_text('lisen = "127.0.0.1:9000"\n')
    with pytest.raises(SettingsError, match="LISEN"):
        Settings.load()
    (tmp_path / "atelier.toml").write_text("listen = \n")
    with pytest.raises(SettingsError, match=r"atelier\.toml"):
        Settings.load()


def test_a_token_prints_nowhere_but_is_known_to_the_log_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_TELEGRAM_TOKEN", "123:very-secret")
    settings = Settings.load()
    assert "very-secret" not in f"{settings!r} {settings} {settings.model_dump()}"
    assert settings.secrets() == ("123:very-secret",)


def test_addresses() -> None:
    assert split_address("[::1]:80") == ("::1", 80)


def test_the_readme_names_every_setting_with_its_default() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for name, setting in Settings.model_fields.items():
        row = next((line for line in readme.splitlines() if line.startswith(f"| `ATELIER_{name.upper()}` |")), "")
        assert row, f"README.md does not name ATELIER_{name.upper()}"
        assert setting.description
        assert setting.description in row
        if isinstance(setting.default, str) or type(setting.default) is int:
            assert f"`{setting.default}`" in row
