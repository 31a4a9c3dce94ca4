"""A style pack: a folder of ``style.toml``, ``weights.safetensors``, ``preview.jpg`` and ``report.json``.

Nothing in it is executed. Reading the card needs no torch; ``write`` and ``load`` do.
"""

import hashlib
import json
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from styles.card import Card
from styles.errors import BrokenPack

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from styles.networks import Network
    from styles.style import Style

CARD, WEIGHTS, PREVIEW, REPORT = "style.toml", "weights.safetensors", "preview.jpg", "report.json"
MAX_BYTES: Mapping[str, int] = {CARD: 64 << 10, WEIGHTS: 1 << 30, PREVIEW: 2 << 20, REPORT: 1 << 20}


def read(folder: Path) -> Card:
    """The checked card of a pack.

    Raises:
        BrokenPack: a file is missing, too large or malformed; the weights themselves are checked by ``load``.
    """
    source = folder / CARD
    try:
        text = content(folder, CARD).decode()
    except UnicodeDecodeError as error:
        raise BrokenPack(source, "not UTF-8 text") from error
    card = Card.parse(text, str(source))
    for name in (WEIGHTS, PREVIEW, REPORT):
        _check_file(folder / name)
    return card


def content(folder: Path, name: str) -> bytes:
    """The bytes of one of the pack's files. Raises BrokenPack where it is missing or larger than we accept."""
    _check_file(folder / name)
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise BrokenPack(folder / name, f"cannot be read ({error.strerror})") from error


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def report(folder: Path) -> dict[str, Any]:
    """What ``report.json`` says: how the style was made, and ``parameters``, ``gmac_512`` and ``weights_bytes``."""
    try:
        values = json.loads(content(folder, REPORT))
    except (ValueError, RecursionError) as error:
        raise BrokenPack(folder / REPORT, "not valid JSON") from error
    if not isinstance(values, dict):
        raise BrokenPack(folder / REPORT, "must be a JSON object")
    return values


def load(folder: Path, card: Card, device: "torch.device | str", dtype: "torch.dtype") -> "Style":
    """Load the generator of a pack onto a device.

    Raises:
        BrokenPack: the weights are not those of the card (hash), not safetensors, or not of its network.
    """
    import torch

    from styles.style import Style

    data = content(folder, WEIGHTS)
    if digest(data) != card.sha256:
        raise BrokenPack(folder / WEIGHTS, "its SHA-256 is not the one in style.toml, so these are other weights")
    module = built(card, decoded(data, folder / WEIGHTS), folder)
    return Style(card, module, torch.device(device), dtype)


def decoded(data: bytes, source: Path) -> "dict[str, Tensor]":
    """The tensors of a safetensors file."""
    import safetensors.torch

    try:
        return safetensors.torch.load(data)
    except (safetensors.SafetensorError, ValueError, KeyError) as error:
        raise BrokenPack(source, "not a safetensors file") from error


def built(card: Card, state: "Mapping[str, Tensor]", folder: Path) -> "nn.Module":
    """The card's network with these weights. Raises BrokenPack."""
    network = _network(card, folder)
    try:
        return fitted(network, card.network_options, state)
    except ValueError as error:
        raise BrokenPack(folder / WEIGHTS, f"not weights of the network {card.network}: {error}") from error


def fitted(network: "Network", options: Mapping[str, Any], state: "Mapping[str, Tensor]") -> "nn.Module":
    """The network with these options and weights; it shares the weights' memory.

    Raises:
        ValueError: one phrase: the options or the weights are not the network's.
    """
    try:
        module = network.planned(options)
    except ValueError as error:
        raise ValueError(f"it cannot be built with its network_options ({error})") from error
    _compare(module.state_dict(), state)
    module.load_state_dict(state, assign=True)
    return module


def _compare(wanted: "Mapping[str, Tensor]", state: "Mapping[str, Tensor]") -> None:
    import torch

    for name, tensor in wanted.items():
        if name not in state:
            raise ValueError(f"it has no {name}")
        if state[name].shape != tensor.shape:
            raise ValueError(f"its {name} is {list(state[name].shape)} instead of {list(tensor.shape)}")
        if not state[name].is_floating_point() or not torch.isfinite(state[name]).all():
            raise ValueError(f"its {name} has values that are not finite numbers")
    for name in state:
        if name not in wanted:
            raise ValueError(f"its {name[:80]} is not one of the network's")


def _network(card: Card, folder: Path) -> "Network":
    from styles.networks import NETWORKS, network

    try:
        known = network(card.network)
    except KeyError as error:
        names = ", ".join(each.name for each in NETWORKS)
        raise BrokenPack(folder / CARD, f"`network` must be one of {names}, not {card.network}") from error
    if card.takes != known.takes:
        raise BrokenPack(folder / CARD, f"`takes` is {card.takes}, but the network {card.network} takes {known.takes}")
    if card.size.multiple % known.multiple or card.size.minimum < known.minimum(card.network_options):
        raise BrokenPack(folder / CARD, f"`size` is too small for the network {card.network}")
    return known


def write(
    folder: Path,
    card: Card,
    weights: "nn.Module | Mapping[str, Tensor]",
    preview: bytes,
    report: Mapping[str, Any],
) -> Card:
    """Write a pack, all or nothing, over one that is there, and return its finished card.

    The card's ``sha256``, ``size.activation_bytes_per_pixel``, and the report's ``parameters``, ``gmac_512`` and
    ``weights_bytes`` are filled in here. Weights are stored in the precision they come in; ``preview`` is a JPEG.

    Raises:
        BrokenPack: the weights are not of the card's network, or the card would not be read back.
    """
    import safetensors.torch

    from styles.measure import measure

    state = stored(weights)
    cost = measure(built(card, state, folder))
    data = safetensors.torch.save(state)
    card = replace(
        card,
        sha256=digest(data),
        size=replace(card.size, activation_bytes_per_pixel=cost.activation_bytes_per_pixel),
    )
    figures = {"parameters": cost.parameters, "gmac_512": cost.gmac_512, "weights_bytes": len(data)}
    with replacing(folder) as fresh:
        (fresh / CARD).write_text(card.to_toml(), encoding="utf-8")
        (fresh / WEIGHTS).write_bytes(data)
        (fresh / PREVIEW).write_bytes(preview)
        (fresh / REPORT).write_text(json.dumps({**report, **figures}, indent=2, ensure_ascii=False) + "\n", "utf-8")
        read(fresh)
    return card


def stored(weights: "nn.Module | Mapping[str, Tensor]") -> "dict[str, Tensor]":
    """The tensors as safetensors wants them: each with its own, contiguous memory on the CPU."""
    from torch import nn

    state = weights.state_dict() if isinstance(weights, nn.Module) else weights
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in state.items()}


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A fresh folder beside ``folder`` that takes its place if the block succeeds, and vanishes if not."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    fresh, former = scratch / "fresh", scratch / "former"
    try:
        fresh.mkdir()
        yield fresh
        if folder.exists():
            folder.rename(former)
        try:
            fresh.rename(folder)
        except OSError:
            if former.exists():
                former.rename(folder)
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _check_file(file: Path) -> None:
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BrokenPack(file, "is missing") from error
    except OSError as error:
        raise BrokenPack(file, f"cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(status.st_mode):
        raise BrokenPack(file, "is not a file")
    if status.st_size > MAX_BYTES[file.name]:
        raise BrokenPack(file, f"is larger than {MAX_BYTES[file.name]} bytes")
