"""Every way the styles say no.

StyleError
├── NoSuchStyle        .style, .suggestion
├── BrokenPack         .file, .reason
├── BadCheckpoint      .file, .reason
└── NotPainted         .style, .reason

A message is one sentence. It names the file by its full path, so it is for logs and the operator's terminal;
people in a chat get a sentence of the service's.
"""

from pathlib import Path


class StyleError(Exception):
    """A style cannot be had, read or run."""


class NoSuchStyle(StyleError):
    """No installed style has this name. ``suggestion`` is the nearest one, if any is near."""

    def __init__(self, style: str, suggestion: str | None = None) -> None:
        hint = f" Did you mean “{suggestion}”?" if suggestion else ""
        super().__init__(f"There is no style “{style}”.{hint}")
        self.style, self.suggestion = style, suggestion


class BrokenPack(StyleError):
    """A pack's file is missing, malformed, or not what its card says. ``reason`` ends without a full stop."""

    def __init__(self, file: Path | str, reason: str) -> None:
        super().__init__(f"{file}: {reason}.")
        self.file, self.reason = Path(file), reason


class BadCheckpoint(StyleError):
    """A published checkpoint that the importer refuses. ``reason`` ends without a full stop."""

    def __init__(self, file: Path | str, reason: str) -> None:
        super().__init__(f"{file}: {reason}.")
        self.file, self.reason = Path(file), reason


class NotPainted(StyleError):
    """A generator ran, and what it returned is no picture. ``reason`` ends without a full stop."""

    def __init__(self, style: str, reason: str) -> None:
        super().__init__(f"The style “{style}” paints no picture: {reason}.")
        self.style, self.reason = style, reason
