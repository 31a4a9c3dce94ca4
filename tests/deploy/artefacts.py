"""The deployment files, read as their programs read them."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

yaml: Any = pytest.importorskip("yaml", reason="needs PyYAML to read the deployment files")
ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def documents(path: Path) -> list[dict[str, Any]]:
    """All documents of a YAML file."""
    return [one for one in yaml.safe_load_all(path.read_text()) if one]


def alerts() -> dict[str, dict[str, Any]]:
    """The alert rules by name."""
    [rules] = documents(DEPLOY / "prometheus" / "alerts.yaml")
    return {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"]}


def queries() -> Iterator[str]:
    """Every PromQL expression of the alerts and the dashboard."""
    yield from (rule["expr"] for rule in alerts().values())
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "atelier.json").read_text())
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (variable["query"] for variable in dashboard["templating"]["list"])


def example() -> dict[str, str]:
    """What deploy/env.example names, with the values that stand there."""
    lines = (DEPLOY / "env.example").read_text().splitlines()
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", "\n".join(lines), re.M))


def stages() -> dict[str, list[str]]:
    """The Dockerfile's stages: each with its instructions, continued lines joined, comments left out."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "docker" / "Dockerfile").read_text())
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in text.splitlines():
        if match := re.match(r"FROM (\S+) AS (\S+)$", line):
            name = match[2]
            found[name] = list(found.get(match[1], ()))
        elif line and not line.startswith("#"):
            found[name].append(line)
    return found


def pins(path: Path) -> dict[str, set[str]]:
    """A lock's lines "name==version ; marker", each with its hashes."""
    entries = re.sub(r"\\\n\s*", "", path.read_text()).splitlines()
    split = [entry.split("--hash=") for entry in entries if "==" in entry]
    return {pin.strip(): {digest.strip() for digest in hashes} for pin, *hashes in split}


def run(*command: str | Path) -> str:
    """Run a linter, whose complaints fail the test."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=ROOT)
    said = done.stdout + done.stderr
    if done.returncode:
        raise AssertionError(said)
    return said
