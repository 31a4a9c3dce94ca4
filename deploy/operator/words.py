"""How numbers, codes and names read on the page."""

import time
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

REFUSALS: Mapping[str, str] = {
    "bad_request": "malformed request",
    "unauthorised": "wrong or missing token",
    "unknown_style": "no such style",
    "too_large": "picture too large",
    "too_many_frames": "too many frames",
    "not_a_picture": "not a picture",
    "too_small": "picture too small",
    "bad_option": "option out of range",
    "unknown_words": "words not known",
    "reference_missing": "no style picture",
    "bad_reference": "style picture not usable",
    "busy": "queue full",
    "style_unavailable": "style unavailable",
    "style_exists": "style name taken",
    "style_withdrawn": "style withdrawn",
    "not_ready": "service not ready",
    "deadline_passed": "waited too long",
    "failed": "failed",
}
ENDINGS: Mapping[str, str] = {
    "sent": "answered",
    "failed": "refused by the platform",
    "cancelled": "cancelled",
    "uncertain": "perhaps answered, and told so",
}


def templates() -> Environment:
    """The page's templates; what they are given is escaped."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"seconds": seconds, "size": size, "style": style_name, "ago": ago}
    made.globals |= {"REFUSALS": REFUSALS, "ENDINGS": ENDINGS}
    return made


def seconds(value: float) -> str:
    """0.042 → "42 ms", 3.21 → "3.2 s", 75 → "1 min 15 s", 9000 → "2 h 30 min"."""
    if value < 0.9995:
        return f"{1000 * value:.0f} ms"
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 2 * 86400:
        return f"{whole // 3600} h {whole // 60 % 60} min"
    return f"{whole // 86400} days"


def ago(at: float) -> str:
    """A time since 1970, as it reads now."""
    past = max(0, int(time.time() - at))
    if past < 60:
        return "just now"
    return f"{past // 60} min ago" if past < 3600 else f"{seconds(past)} ago"


def size(byte_count: float) -> str:
    """12_300_000 → "12 MB", in decimal units."""
    for unit, of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if byte_count >= of:
            return f"{byte_count / of:.1f} {unit}" if byte_count < 10 * of else f"{byte_count / of:.0f} {unit}"
    return f"{byte_count:.0f} bytes"


def style_name(style: str) -> str:
    """A style's id; a sheet of several by how many they are. Whatever a caller asked for stays short."""
    several = style.count(",")
    return f"a sheet of {several + 1}" if several else style[:32]
