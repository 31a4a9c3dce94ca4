"""The pictures of Discord's messages, wherever in a message they are."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import discord
import yarl

from bots.message import Picture

BEFORE = "before-"
"""How the files begin that we attach to results so that both can be seen."""
AVATAR_SIDE = 1024
"""Pixels; Discord scales profile pictures to powers of two."""
_STICKERS = {
    discord.StickerFormatType.png: "image/png",
    discord.StickerFormatType.apng: "image/png",
    discord.StickerFormatType.gif: "image/gif",
}


def picture_of(attachment: discord.Attachment) -> Picture:
    return Picture(attachment.url, attachment.content_type or "", attachment.size, attachment.filename)


def pictures_of(message: discord.Message) -> tuple[Picture, ...]:
    """The pictures in a message or in what it forwards; if nothing there says that it is one, everything attached.

    Of a result that shows what it was made of, too, only the result.
    """
    found = [picture for picture in attached(message) if not picture.name.startswith(BEFORE)]
    pictures = [picture for picture in found if picture.media_type.startswith("image/")]
    return tuple(pictures or found)


def attached(message: discord.Message) -> tuple[Picture, ...]:
    """Everything that a message carries, each once: files, stickers, and what its galleries show."""
    carried = {picture.ref.partition("?")[0]: picture for picture in _attached(message)}
    return tuple(carried.values())


def avatar_url(user: discord.abc.User) -> str | None:
    """A person's own picture, in this server if they have one here; None for Discord's default."""
    asset = (user.guild_avatar if isinstance(user, discord.Member) else None) or user.avatar
    return _still(asset)


def icon_url(guild: discord.Guild | None) -> str | None:
    """A server's picture; None where there is none, or where the bot is no member."""
    return _still(guild.icon if guild else None)


def _still(asset: discord.Asset | None) -> str | None:
    return asset.replace(size=AVATAR_SIDE, format="png").url if asset else None


def _attached(message: discord.Message) -> Iterator[Picture]:
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for part in parts:
        yield from (picture_of(attachment) for attachment in part.attachments)
        for component in part.components:
            if isinstance(component, discord.MediaGalleryComponent):
                yield from (_shown(item.media) for item in component.items)
        for sticker in part.stickers:
            if sticker.format in _STICKERS:
                yield Picture(sticker.url, _STICKERS[sticker.format], name=sticker.name)


def _shown(media: discord.UnfurledMediaItem) -> Picture:
    return Picture(media.url, media.content_type or "", name=PurePosixPath(yarl.URL(media.url).path).name)
