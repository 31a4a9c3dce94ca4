"""What was measured before, as small JSON files: a run that was stopped goes on, and only what is new is measured."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from torch import nn

Values = dict[str, float]
Key = Mapping[str, str | int | float]


class Cache:
    """A folder with one file for each measurement, named by everything that decides its outcome."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def recall(self, key: Key, measure: Callable[[], Values]) -> Values:
        """What was measured under this key, or is measured now."""
        file = self.folder / f"{digest(json.dumps(key, sort_keys=True).encode())}.json"
        if file.is_file():
            kept: Values = json.loads(file.read_text("utf-8"))["values"]
            return kept
        values = measure()
        self.folder.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(json.dumps({"key": key, "values": values}, indent=1), "utf-8")
        part.rename(file)
        return values


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def of_weights(module: nn.Module) -> str:
    """A digest of a module's weights."""
    hashed = hashlib.sha256()
    for name, tensor in module.state_dict().items():
        hashed.update(name.encode())
        hashed.update(tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return hashed.hexdigest()[:32]
