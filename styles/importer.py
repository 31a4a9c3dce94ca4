"""Takes published checkpoints in: read once, converted to a pack, tried on a photo. The only reader of pickles.

Pickles are read with ``weights_only=True``, so that nothing in them runs.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from styles import pack
from styles.card import Card, Origin
from styles.errors import BadCheckpoint, NotPainted
from styles.networks import NETWORKS, WORDS, Network, Reader
from styles.samples import preview
from styles.style import Style

MAX_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Found:
    """A published checkpoint as it was read: its tensors, its files as ``origin`` tells of them, and their hashes."""

    state: Mapping[str, Tensor]
    recipe: str
    sha256: str | Mapping[str, str]


def import_checkpoint(file: Path, card: Card, root: Path, *, sha256: str | None = None) -> Card:
    """Make a pack ``root/<id>`` of a published checkpoint, and return its finished card.

    ``card.network`` names whose layout it is; what the card says that the network takes, its options, sizes and origin
    are filled in here. ``file`` is a folder where that network is published in several files, each of which has a name
    that begins with that of its part. ``sha256`` is what the publisher says of the file, where known.

    Raises:
        BadCheckpoint: not a plain state dict, not of that network, not that hash, or it paints no picture.
    """
    network, reader = _reader(card.network, file)
    found = _parts(file, network, sha256) if network.parts else _whole(file, sha256)
    try:
        options, state = reader(found.state)
        module = pack.fitted(network, options, state)
    except ValueError as error:
        raise BadCheckpoint(file, f"not a checkpoint of the network {network.name}: {error}") from error
    best = max(64, options["size"]) if network.takes == WORDS else card.size.best  # nothing else says how large
    sides = replace(card.size, multiple=network.multiple, minimum=network.minimum(options), best=best)
    origin = replace(card.origin, recipe=f"imported from {found.recipe}")
    card = replace(card, takes=network.takes, network_options=options, size=sides, origin=origin)
    try:
        picture = preview(Style(card, module, torch.device("cpu")))
    except NotPainted as error:
        raise BadCheckpoint(file, f"it paints no picture: {error.reason}") from error
    return pack.write(root / card.id, card, state, picture, {"imported_sha256": found.sha256})


def unknown_origin() -> Origin:
    """The origin of a checkpoint of which nothing is known but the file."""
    return Origin(recipe="imported", trained_by="unknown", trained_on="unknown", machine="unknown")


def _whole(file: Path, sha256: str | None) -> Found:
    data = _bytes(file)
    digest = pack.digest(data)
    if sha256 and digest != sha256.lower():
        raise BadCheckpoint(file, f"its SHA-256 is {digest}, not the expected one")
    return Found(state_dict(data, file), f"{_printable(file.name)} with SHA-256 {digest}", digest)


def _parts(folder: Path, network: Network, sha256: str | None) -> Found:
    if not folder.is_dir():
        raise BadCheckpoint(folder, f"the network {network.name} is published in several files: name their folder")
    if sha256:
        raise BadCheckpoint(folder, "is a folder, and a SHA-256 is of one file")
    state: dict[str, Tensor] = {}
    digests: dict[str, str] = {}
    for part in network.parts:
        file = _part(folder, part)
        data = _bytes(file)
        digests[_printable(file.name)] = pack.digest(data)
        state |= {f"{part}.{name}": tensor for name, tensor in state_dict(data, file).items()}
    recipe = ", ".join(f"{name} with SHA-256 {digest}" for name, digest in digests.items())
    return Found(state, recipe, digests)


def _part(folder: Path, part: str) -> Path:
    try:
        names = sorted(file.name for file in folder.iterdir() if file.name.startswith(part) and file.is_file())
    except OSError as error:
        raise BadCheckpoint(folder, f"cannot be read ({error.strerror})") from error
    if len(names) != 1:
        several = f"several ({', '.join(map(_printable, names))})" if names else "none"
        raise BadCheckpoint(folder, f"must hold one file whose name begins with {part}, and holds {several}")
    return folder / names[0]


def state_dict(data: bytes, file: Path) -> dict[str, Tensor]:
    """The tensors of a pickled, plain state dict. Raises BadCheckpoint, which names ``file``."""
    try:
        values = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # broken and hostile pickles raise almost anything; all of it means the same
        raise BadCheckpoint(
            file, "not a pickle of tensors alone; anything else could run code and is refused"
        ) from error
    values = _running_mean(values)
    if not isinstance(values, Mapping) or not values or not all(map(_is_weight, values.items())):
        raise BadCheckpoint(file, "not a plain state dict, which is a mapping of names to tensors")
    return dict(values)


def _running_mean(values: Any) -> Any:
    """What a training left of its generator to be used, where its checkpoint holds more than that (StyleGAN2's)."""
    if not (isinstance(values, Mapping) and isinstance(values.get("g_ema"), Mapping)):
        return values
    mean = {"latent_avg": values["latent_avg"]} if isinstance(values.get("latent_avg"), Tensor) else {}
    return {**values["g_ema"], **mean}


def _printable(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())


def _is_weight(item: tuple[object, object]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], Tensor)


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise BadCheckpoint(file, f"is larger than {MAX_BYTES} bytes")
        return file.read_bytes()
    except OSError as error:
        raise BadCheckpoint(file, f"cannot be read ({error.strerror})") from error


def _reader(name: str, file: Path) -> tuple[Network, Reader]:
    readable = {network.name: (network, network.read) for network in NETWORKS if network.read}
    if name not in readable:
        raise BadCheckpoint(file, f"no network “{name}” has a published layout; there are {', '.join(readable)}")
    return readable[name]
