"""Images, Compose, Kubernetes, systemd, alerts: what is written there is true of the program, and linters agree."""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.ledger import Ledger
from deploy.settings import PREFIX, Settings
from inference.errors import ServiceError
from inference.metrics import Metrics
from tests.deploy.artefacts import DEPLOY, ROOT, alerts, documents, example, pins, queries, run, stages, yaml

KNOWN = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{PREFIX}CONFIG"}
SCRAPED = {"up"}
IMAGES = ("bot", "cpu", "gpu", "ray")


def linter(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin")
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


# Settings.


def test_the_example_names_every_setting_and_no_other() -> None:
    assert {name for name in example() if name.startswith(PREFIX)} == KNOWN, "edit deploy/env.example"


def test_the_example_holds_defaults_and_no_secret() -> None:
    defaults = Settings.model_construct()
    for name, value in example().items():
        field = name.removeprefix(PREFIX).lower()
        if value:
            assert str(getattr(defaults, field)).lower() == value, name
        if field in Settings.model_fields:
            assert not isinstance(getattr(defaults, field), SecretStr)


def test_the_example_with_its_defaults_set_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in example().items():
        if value:
            monkeypatch.setenv(name, value)
    assert Settings.load().max_frames == Settings.model_fields["max_frames"].default


def test_compose_sets_nothing_that_is_no_setting() -> None:
    text = (ROOT / "compose.yaml").read_text()
    assert set(re.findall(r"\bATELIER_[A-Z_]+", text)) <= KNOWN
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) <= set(example())


def test_the_manifests_set_nothing_that_is_no_setting() -> None:
    for path in (DEPLOY / "kubernetes").rglob("*.yaml"):
        assert set(re.findall(r"\bATELIER_[A-Z_]+", path.read_text())) <= KNOWN, path.name


def test_the_service_is_told_no_platforms_token() -> None:
    [compose] = documents(ROOT / "compose.yaml")
    assert "env_file" not in compose["services"]["service"]
    assert not any("TELEGRAM" in name or "DISCORD" in name for name in compose["services"]["service"]["environment"])


# Measures and alarms.


def _measured() -> set[str]:
    metrics = Metrics()
    metrics.finish("ink")
    names = set(re.findall(r"^# TYPE (\S+) ", metrics.text().decode(), re.M))
    histograms = set(re.findall(r"^# TYPE (\S+) histogram", metrics.text().decode(), re.M))
    return names | {name + part for name in histograms for part in ("_bucket", "_sum", "_count")} | SCRAPED


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_every_measure_in_an_alert_or_a_panel_is_measured(query: str) -> None:
    named = set(re.findall(r"\b((?:atelier|process)_\w+|up)\b(?=[\[{])", query))
    assert named, query
    assert named <= _measured()


def test_every_measure_of_the_service_stands_on_the_dashboard() -> None:
    shown = " ".join(queries())
    ours = {name for name in _measured() if name.startswith("atelier_")}
    bare = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in ours}
    assert {name for name in bare if name not in shown} == set()


def test_every_code_that_an_alert_or_a_panel_names_is_an_errors() -> None:
    def codes(error: type[ServiceError]) -> set[str]:
        return {error.code}.union(*(codes(kind) for kind in error.__subclasses__()))

    assert set(re.findall(r'code="(\w+)"', " ".join(queries()))) <= codes(ServiceError)


def test_every_alert_has_its_paragraph_in_the_runbook() -> None:
    headings = re.findall(r"^### (Atelier\w+)\n\n(\S.{80,})", (ROOT / "docs" / "runbook.md").read_text(), re.M)
    assert [name for name, _ in headings] == list(alerts())
    for name, rule in alerts().items():
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{name.lower()}"


def test_what_compose_mounts_is_there_and_the_dashboards_source_is_provisioned() -> None:
    [compose] = documents(ROOT / "compose.yaml")
    mounted = [volume.split(":")[0] for volume in compose["services"]["grafana"]["volumes"] if volume[0] == "."]
    files = [config["file"] for config in compose["configs"].values()]
    assert all((ROOT / path).exists() for path in (*mounted, *files))
    [sources] = documents(DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yaml")
    used = set(re.findall(r'"uid": "(\w+)"', (DEPLOY / "grafana" / "dashboards" / "atelier.json").read_text()))
    assert used - {"atelier"} == {source["uid"] for source in sources["datasources"]}


# Images.


def test_the_images_locks_are_parts_of_the_lock() -> None:
    whole = pins(DEPLOY / "lock" / "run.txt")
    for path in (DEPLOY / "docker").glob("*.txt"):
        for pin, hashes in pins(path).items():
            assert whole.get(pin) == hashes, f"{path.name}: {pin}; run deploy/docker/lock.sh"


def test_the_bot_image_has_no_torch_and_no_image_has_pyav_unasked() -> None:
    bot = {pin.partition("==")[0] for pin in pins(DEPLOY / "docker" / "bot.txt")}
    service = {pin.partition("==")[0] for pin in pins(DEPLOY / "docker" / "service.txt")}
    assert not bot & {"torch", "torchvision", "numpy", "opencv-python-headless", "sympy"}
    assert "av" not in bot | service
    assert not any("torch" in line for line in stages()["bot-built"])


def test_the_images_take_the_makefiles_torch() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for name in ("TORCH", "TORCHVISION"):
        [version] = re.findall(rf"^{name} := (\S+)$", makefile, re.M)
        for stage in ("cpu-built", "gpu-built"):
            assert f"ARG {name}={version}" in stages()[stage]


@pytest.mark.parametrize("image", IMAGES)
def test_no_image_runs_as_root(image: str) -> None:
    users = [line for line in stages()[image] if line.startswith("USER")]
    assert users[-1] == "USER 10001:10001"


@pytest.mark.parametrize("image", ["bot", "cpu", "gpu"])
def test_each_image_that_listens_has_a_health_check(image: str) -> None:
    [check] = [line for line in stages()[image] if line.startswith("HEALTHCHECK")]
    assert ("/readyz" in check) == (image != "bot")


# Kubernetes and Ray.


def test_the_manifests_have_no_pod_that_may_do_more_than_it_must() -> None:
    for name in ("bots/bots.yaml", "plain/service.yaml"):
        for document in documents(DEPLOY / "kubernetes" / name):
            if document["kind"] == "Deployment":
                pod = document["spec"]["template"]["spec"]
                assert pod["securityContext"]["runAsNonRoot"]
                assert pod["automountServiceAccountToken"] is False
                for container in pod["containers"]:
                    assert container["securityContext"]["readOnlyRootFilesystem"]
                    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_the_rayservice_holds_the_serve_config_of_the_tree() -> None:
    [service] = documents(DEPLOY / "kubernetes" / "ray" / "rayservice.yaml")
    [config] = documents(DEPLOY / "ray_serve.yaml")
    assert yaml.safe_load(service["spec"]["serveConfigV2"]) == config, "copy deploy/ray_serve.yaml into it"
    version = service["spec"]["rayClusterConfig"]["rayVersion"]
    assert f"ARG RAY={version}" in stages()["ray-built"]


# What other programs say of these files, where they are installed.


def test_hadolint_has_nothing_to_say() -> None:
    assert run(linter("hadolint"), DEPLOY / "docker" / "Dockerfile") == ""


def test_compose_files_follow_the_published_schema() -> None:
    files = (ROOT / "compose.yaml", DEPLOY / "docker" / "compose.gpu.yaml")
    run(linter("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *files)


@pytest.mark.parametrize("way", ["plain", "ray"])
def test_the_manifests_are_what_kubernetes_takes(way: str, tmp_path: Path) -> None:
    validate = linter("kubernetes-validate")
    built = documents_of(run(linter("kubectl"), "kustomize", DEPLOY / "kubernetes" / way))
    pods = [pod for one in built if one["kind"] == "RayService" for pod in ray_pods(one)]
    path = tmp_path / "all.yaml"
    path.write_text(yaml.safe_dump_all([*(one for one in built if one["kind"] != "RayService"), *pods]))
    run(validate, "--strict", path)
    [url] = re.findall(r"name: ATELIER_INFERENCE_URL\n\s+value: (\S+)", path.read_text())
    assert url == {"plain": "http://service:8080", "ray": "http://atelier-serve-svc:8000"}[way]


def documents_of(text: str) -> list[dict[str, object]]:
    return [dict(one) for one in yaml.safe_load_all(text)]


def ray_pods(service: dict[str, object]) -> list[dict[str, object]]:
    """The Pods that the operator would make, as Pods."""
    cluster = yaml.safe_load(yaml.safe_dump(service))["spec"]["rayClusterConfig"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    templates = [group["template"] for group in groups]
    return [
        {"apiVersion": "v1", "kind": "Pod", **template, "metadata": {"name": "ray", **template["metadata"]}}
        for template in templates
    ]


def test_the_alerts_are_rules_and_fire_when_they_should() -> None:
    promtool = linter("promtool")
    run(promtool, "check", "rules", DEPLOY / "prometheus" / "alerts.yaml")
    run(promtool, "check", "config", "--syntax-only", DEPLOY / "prometheus" / "prometheus.yaml")
    run(promtool, "test", "rules", DEPLOY / "prometheus" / "alerts.test.yaml")


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    analyze = linter("systemd-analyze")
    unit = (DEPLOY / "systemd" / "atelier@.service").read_text()
    path = tmp_path / "atelier@run.service"
    path.write_text(unit.replace("/opt/atelier/bin/atelier", "/bin/true"))  # the program is not installed there
    assert run(analyze, "verify", path) == ""


# The runbook's ways of keeping the ledger.


async def test_the_ledger_of_a_running_program_cannot_be_read_by_another(tmp_path: Path) -> None:
    async with Ledger(tmp_path / "ledger.sqlite3"):
        other = sqlite3.connect(tmp_path / "ledger.sqlite3", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("SELECT count(*) FROM sqlite_master").fetchone()
        other.close()


async def test_a_backup_of_a_stopped_ledger_starts_again(tmp_path: Path) -> None:
    async with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        await ledger.people.speak("web", "1", "zh")
    source, copy = sqlite3.connect(tmp_path / "ledger.sqlite3"), sqlite3.connect(tmp_path / "backup.sqlite3")
    source.backup(copy)
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    source.close()
    copy.close()
    async with Ledger(tmp_path / "backup.sqlite3") as restored:
        assert (await restored.people.known("web", "1")).language == "zh"


async def test_a_snapshot_of_a_running_ledger_starts_again(tmp_path: Path) -> None:
    async with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        await ledger.people.speak("web", "1", "zh")
        snapshot = tmp_path / "snapshot"
        snapshot.mkdir()
        for name in ("ledger.sqlite3", "ledger.sqlite3-wal"):  # nobody writes meanwhile: as good as one moment
            shutil.copy(tmp_path / name, snapshot)
        assert (snapshot / "ledger.sqlite3-wal").stat().st_size > 0
    async with Ledger(snapshot / "ledger.sqlite3") as restored:
        assert (await restored.people.known("web", "1")).language == "zh"
