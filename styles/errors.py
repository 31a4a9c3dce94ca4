"""Every way the styles say no.

StyleError
├── NoSuchStyle        .style, .suggestion
├── BrokenPack         .file
├── BadCheckpoint      .file
└── NotFinite          .style

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
        self.file = Path(file)


class BadCheckpoint(StyleError):
    """A published checkpoint that the importer refuses. ``reason`` ends without a full stop."""

    def __init__(self, file: Path | str, reason: str) -> None:
        super().__init__(f"{file}: {reason}.")
        self.file = Path(file)


class NotFinite(StyleError):
    """A generator returned values that are not numbers; no picture can be made of them."""

    def __init__(self, style: str) -> None:
        super().__init__(f"The style “{style}” returned values that are not numbers.")
        self.style = style
