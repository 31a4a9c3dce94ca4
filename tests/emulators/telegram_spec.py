"""Checks what goes over the wire against the machine-readable Bot API: an emulator could agree with our mistakes."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ARRAY = "Array of "
SIMPLE = ("Integer", "Float", "Boolean", "String")

Shape = Mapping[str, Any]


class TelegramSpec:
    """Every check returns what is wrong, one sentence each; nothing means all is well."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.methods: Mapping[str, Shape] = document["methods"]
        self.types: Mapping[str, Shape] = document["types"]

    @classmethod
    def load(cls, path: Path) -> "TelegramSpec":
        return cls(json.loads(path.read_text("utf-8")))

    def request(self, method: str, parameters: Mapping[str, str], files: Iterable[str] = ()) -> list[str]:
        """A call's form fields (all are strings on the wire) and the names of its uploaded parts."""
        if method not in self.methods:
            return [f"{method}: no such method"]
        uploads = set(files)
        fields = {field["name"]: field for field in self.methods[method].get("fields", [])}
        wrong = [f"{method}: no parameter {name}" for name in parameters if name not in fields]
        given = set(parameters) | uploads
        wrong += [f"{method}: {name} missing" for name, f in fields.items() if f["required"] and name not in given]
        for name in set(fields) & set(parameters):
            wrong += self._parameter(f"{method}.{name}", fields[name]["types"], parameters[name], uploads)
        attached = {value for value in _strings(parameters.values()) if value.startswith("attach://")}
        wrong += [f"{method}: {name} is not attached" for name in attached if name[9:] not in uploads]
        used = {name[9:] for name in attached} | set(fields)
        return wrong + [f"{method}: upload {name} is used by nothing" for name in uploads - used]

    def result(self, method: str, value: object) -> list[str]:
        return self._one_of(f"{method} → ", self.methods[method]["returns"], value)

    def update(self, value: object) -> list[str]:
        return self._value("Update", "Update", value)

    def _parameter(self, path: str, types: list[str], raw: str, uploads: set[str]) -> list[str]:
        if "String" in types or ("InputFile" in types and raw.startswith("attach://")):
            return []
        try:
            value = json.loads(raw)
        except ValueError:
            return [f"{path}: {raw[:40]!r} is not {' or '.join(types)}"]
        return self._one_of(path, types, value)

    def _one_of(self, path: str, types: list[str], value: object) -> list[str]:
        """Nothing if any of the types fits, else what is wrong with the one that fits best."""
        return min((self._value(path, kind, value) for kind in types), key=len)

    def _value(self, path: str, kind: str, value: object) -> list[str]:
        if kind.startswith(ARRAY):
            if not isinstance(value, list):
                return [f"{path} is not an array"]
            inner = kind.removeprefix(ARRAY)
            return [wrong for n, item in enumerate(value) for wrong in self._value(f"{path}[{n}]", inner, item)]
        if kind in SIMPLE:
            return [] if _is_simple(kind, value) else [f"{path}: {value!r:.40} is not {kind}"]
        shape = self.types[kind]
        if subtypes := shape.get("subtypes"):
            return self._one_of(path, subtypes, value)
        return self._object(path, shape.get("fields", []), value)

    def _object(self, path: str, shape: list[Shape], value: object) -> list[str]:
        if not isinstance(value, dict):
            return [f"{path} is not an object"]
        fields = {field["name"]: field for field in shape}
        wrong = [f"{path}.{name} is unknown" for name in value if name not in fields]
        wrong += [f"{path}.{name} missing" for name, f in fields.items() if f["required"] and name not in value]
        for name in set(fields) & set(value):
            wrong += self._one_of(f"{path}.{name}", fields[name]["types"], value[name])
        return wrong


def _is_simple(kind: str, value: object) -> bool:
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind == "String":
        return isinstance(value, str)
    numbers = int if kind == "Integer" else (int, float)
    return isinstance(value, numbers) and not isinstance(value, bool)


def _strings(values: Iterable[str]) -> Iterable[str]:
    """All strings in the values, those inside JSON too."""
    for value in values:
        yield value
        if value[:1] in "[{":
            try:
                yield from _inside(json.loads(value))
            except ValueError:
                continue


def _inside(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _inside(item)
