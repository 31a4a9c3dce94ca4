"""The picture that a message carries. Pure."""

from telegram import Animation, Message, PhotoSize, Sticker

from bots.message import Picture


def pictures_of(message: Message) -> tuple[Picture, ...]:
    """The picture of a message, if any; what moves comes whole."""
    if message.photo:
        return (_photo(max(message.photo, key=lambda size: size.width * size.height)),)
    if message.sticker:
        return (_sticker(message.sticker),)
    if message.animation:  # before document, which is set beside it
        return (_animation(message.animation),)
    if message.document:  # of any type: the service says whether it is a picture
        file = message.document
        return (Picture(file.file_id, file.mime_type or "", file.file_size, file.file_name or ""),)
    return ()


def is_file(message: Message) -> bool:
    """Whether it was sent as a file, and not to be looked at."""
    return bool(message.document and not message.animation)


def _photo(size: PhotoSize) -> Picture:
    return Picture(size.file_id, "image/jpeg", size.file_size)


def _sticker(sticker: Sticker) -> Picture:
    if sticker.is_video:
        return Picture(sticker.file_id, "video/webm", sticker.file_size)
    if not sticker.is_animated:
        return Picture(sticker.file_id, "image/webp", sticker.file_size)
    if sticker.thumbnail:  # the sticker itself is a drawing in vectors; this is the still that Telegram made of it
        return Picture(sticker.thumbnail.file_id, "", sticker.thumbnail.file_size)
    return Picture(sticker.file_id, "application/x-tgsticker", sticker.file_size)


def _animation(animation: Animation) -> Picture:
    """What people call a GIF is nearly always an MP4 here."""
    return Picture(
        animation.file_id, animation.mime_type or "video/mp4", animation.file_size, animation.file_name or ""
    )
