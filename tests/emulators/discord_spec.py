"""Discord's own description of its API (OpenAPI 3.1), to check every exchange in both directions."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

URI = "urn:discord-openapi"
WHERE = Path(__file__).resolve().parents[2] / "../shared/specs/discord-openapi.json"

KNOWN_DEVIATIONS = (("attachments", "id"), ("message_reference", "message_id"), ("message_reference", "channel_id"))
"""discord.py writes these ids as integers. Discord takes them, though it documents strings."""


@cache
def load() -> "Spec | None":
    """The description, or None where it is not at hand."""
    return Spec(json.loads(WHERE.read_text("utf-8"))) if WHERE.is_file() else None


class Spec:
    """Each check returns the violations it finds, as sentences."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(URI, resource)
        self._paths = [(_pattern(path), path) for path in sorted(document["paths"], key=lambda path: path.count("{"))]

    def request(self, method: str, path: str, query: dict[str, str], media_type: str, body: Any) -> list[str]:
        """``body`` is the JSON, for multipart/form-data the one in its ``payload_json``; None when there is none."""
        template, operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path}: there is no such call"]
        where = f"{method} {template} request"
        known = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
        violations = [f"{where}: unknown query parameter {name}" for name in query if name not in known]
        content = operation.get("requestBody", {}).get("content", {})
        if body is None:
            return violations + ([f"{where}: a body is required"] if _required(operation) else [])
        if media_type not in content:
            return [*violations, f"{where}: {media_type} is not taken"]
        pointer = self._pointer(template, method, "requestBody", media_type)
        return violations + self._violations(where, pointer, _without_known_deviations(body))

    def response(self, method: str, path: str, status: int, body: Any) -> list[str]:
        template, operation = self._operation(method, path)
        where = f"{method} {template} answer {status}"
        if operation is None or status >= 500:
            return []
        responses = operation["responses"]
        key = next((key for key in (str(status), f"{status // 100}XX") if key in responses), None)
        if key is None:
            return [f"{where}: there is no such answer"]
        if "$ref" in responses[key]:
            name = responses[key]["$ref"].rpartition("/")[2]
            return self._violations(where, f"#/components/responses/{name}/content/application~1json/schema", body)
        if "content" not in responses[key]:
            return [] if body is None else [f"{where}: there must be no body"]
        return self._violations(where, self._pointer(template, method, f"responses/{key}", "application/json"), body)

    def schema(self, name: str, value: Any) -> list[str]:
        """Parts of gateway events, which have the shapes of the same names in the REST API."""
        return self._violations(f"event {name}", f"#/components/schemas/{name}", value)

    def _violations(self, where: str, pointer: str, value: Any) -> list[str]:
        return [f"{where} {_at(error)}: {error.message[:300]}" for error in self._validator(pointer).iter_errors(value)]

    @cache  # noqa: B019 - there is one Spec in a test run, and compiling a schema again for every message is slow
    def _validator(self, pointer: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": URI + pointer}, registry=self._registry)

    def _operation(self, method: str, path: str) -> tuple[str, dict[str, Any] | None]:
        for pattern, template in self._paths:
            if pattern.fullmatch(path) and method.lower() in self._document["paths"][template]:
                return template, self._document["paths"][template][method.lower()]
        return path, None

    @staticmethod
    def _pointer(template: str, method: str, part: str, media_type: str) -> str:
        steps = ["paths", template, method.lower(), *part.split("/"), "content", media_type, "schema"]
        return "#/" + "/".join(
            step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for step in steps
        )


def _without_known_deviations(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    body = {**body}
    for part, name in KNOWN_DEVIATIONS:
        if isinstance(body.get(part), list):
            body[part] = [_with_text(value, name) for value in body[part]]
        elif isinstance(body.get(part), dict):
            body[part] = _with_text(body[part], name)
    return body


def _with_text(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {**value, name: str(value[name])} if type(value.get(name)) is int else value


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def _required(operation: dict[str, Any]) -> bool:
    return bool(operation.get("requestBody", {}).get("required", False))


def _at(error: ValidationError) -> str:
    best = best_match([error]) or error
    return ".".join(str(step) for step in best.absolute_path)
