"""Settings: the environment first, then a TOML file, then the default. Built once, in ``main``, and frozen.

The file is ``atelier.toml`` in the working folder or the one that ATELIER_CONFIG names; its keys are the names below
in lower case without the prefix (``listen = "127.0.0.1:9000"``).
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "ATELIER_"
_URL = re.compile(r"(https?|wss?)://[^/\s]+")
_PERSON = re.compile(r"[a-z]+:[^\s,]+")


class SettingsError(Exception):
    """A setting is wrong; the message names its key and says what it should be."""


class Settings(BaseSettings):
    """Everything an operator can set. Tokens are secrets that never print."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    telegram_token: SecretStr | None = Field(None, description="from @BotFather; starts the Telegram bot")
    telegram_api_url: str = Field("https://api.telegram.org", description="a self-hosted Bot API server needs its own")
    telegram_webhook_url: str | None = Field(None, description="public https address; without it the bot polls")
    telegram_webhook_listen: str = Field("127.0.0.1:8443", description="where the webhook server listens")
    telegram_webhook_secret: SecretStr | None = Field(None, description="1–256 of A–Z a–z 0–9 _ -; made up if unset")
    telegram_staging_chat: int | None = Field(
        None, description="a chat of yours, such as -100123, where the bot may post; inline mode needs it"
    )
    discord_token: SecretStr | None = Field(None, description="from the developer portal; starts the Discord bot")
    discord_api_url: str = Field("https://discord.com/api/v10", description="Discord's REST address")
    discord_gateway_url: str | None = Field(None, description="Discord's gateway; its own by default")
    discord_cdn_url: str | None = Field(None, description="Discord's CDN; its own by default")
    matrix_homeserver: str | None = Field(None, description="the homeserver's address; starts the Matrix bot")
    matrix_user: str | None = Field(None, description="the bot's account there, such as @atelier:example.org")
    matrix_password: SecretStr | None = Field(None, description="the account's password")
    slack_token: SecretStr | None = Field(None, description="the app's bot token (xoxb-…); starts the Slack bot")
    slack_app_token: SecretStr | None = Field(None, description="its app-level token (xapp-…), for socket mode")
    slack_api_url: str = Field("https://slack.com/api/", description="Slack's web API")
    listen: str = Field("127.0.0.1:8080", description="address and port of the web chat and the HTTP service")
    web_token: SecretStr | None = Field(None, description="what the web chat asks for beyond loopback")
    web_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="names by which people reach the web chat, separated by “,”"
    )
    operator_token: SecretStr | None = Field(
        None, description="what the operator's page asks for; beyond loopback it is off without one"
    )
    inference_url: str | None = Field(None, description="a running `atelier serve`; by default the service is embedded")
    inference_token: SecretStr | None = Field(None, description="what the HTTP service asks for beyond loopback")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where the generators run")
    runtime: Literal["auto", "torch", "openvino", "cudagraphs"] = Field(
        "auto", description="what runs them: OpenVINO on a CPU where it is installed, else torch"
    )
    lanes: int = Field(0, ge=0, le=16, description="batches that run at once; 0 for as many as suit the device")
    styles: Annotated[tuple[Path, ...], NoDecode] = Field((), description="extra folders of packs, separated by “:”")
    data: Path = Field(
        default_factory=lambda: user_data_path("atelier", appauthor=False),
        description="the ledger, installed packs and uploads; under the user's data folder by default",
    )
    mark: bool = Field(True, description="draw the small visible AI mark on photo replies")
    producer: str | None = Field(None, description="who stands in the AIGC label (GB 45438-2025) of file replies")
    operators: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="people who may use /block, /stats and /announce, as telegram:17, separated by “,”"
    )
    person_quota: int | None = Field(
        None, ge=1, description="pictures that a person may have in a day; no end if unset"
    )
    pictures_key: SecretStr | None = Field(
        None, description="any words; creators' pictures are encrypted with them in the ledger"
    )
    blocked_names: Path | None = Field(
        None, description="a file of names that no creator's style may have, one a line; in place of the list within"
    )
    train: Path | None = Field(
        None, description="a folder of photos to learn on; then creators' styles may be made better in the background"
    )
    max_items: int = Field(10, ge=1, le=20, description="pictures of one message that are made, 1 to 20")
    max_frames: int = Field(60, ge=1, description="frames that a moving picture may have")
    cache_mb: int = Field(256, ge=16, description="megabytes of loaded generators that are kept")

    @field_validator("styles", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("web_hosts", "operators", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("operators")
    @classmethod
    def _check_people(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_PERSON.fullmatch(person) for person in value):
            raise ValueError("must be PLATFORM:ID, such as telegram:17, separated by “,”")
        return value

    @field_validator("listen", "telegram_webhook_listen")
    @classmethod
    def _check_address(cls, value: str) -> str:
        split_address(value)
        return value

    @field_validator(
        "telegram_api_url",
        "telegram_webhook_url",
        "discord_api_url",
        "discord_gateway_url",
        "discord_cdn_url",
        "matrix_homeserver",
        "slack_api_url",
        "inference_url",
    )
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value and not _URL.match(value):
            raise ValueError("must be a whole address, such as http://127.0.0.1:9000")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())

    @classmethod
    def load(cls) -> "Settings":
        """Read the settings. Raises SettingsError, whose message names each wrong key."""
        _refuse_unknown_variables(cls)
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError("; ".join(_sentence(one["loc"], one["msg"]) for one in error.errors())) from None
        except ValueError as error:  # the file is not TOML
            raise SettingsError(f"{config_file()}: {error}") from None

    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set, so that logging can take them out."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def config_file() -> Path:
    return Path(os.environ.get(f"{PREFIX}CONFIG", "atelier.toml"))


def split_address(address: str) -> tuple[str, int]:
    """Split "host:port" ("[::1]:8080" too). Raises ValueError."""
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:8080")
    return host.strip("[]"), int(port)


def reveal(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    return f"{PREFIX}{str(location[0]).upper()}: {message.removeprefix('Value error, ')}"


def _refuse_unknown_variables(cls: type[Settings]) -> None:
    """A misspelt variable would be ignored silently; better to say so."""
    known = {f"{PREFIX}{name.upper()}" for name in cls.model_fields} | {f"{PREFIX}CONFIG", f"{PREFIX}VGG"}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]}: there is no such setting (known: {', '.join(sorted(known))})")
