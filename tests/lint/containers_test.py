"""The container files: what hadolint and the compose specification say of them, and what we ask of every service."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from tools_test import run
from tree import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
LASTING = [name for name, service in SERVICES.items() if service.get("restart") != "no"]


def test_hadolint_has_nothing_to_say():
    run(Path(sys.prefix, "bin", "hadolint"), "--failure-threshold=style", "Dockerfile")


def test_the_compose_file_keeps_to_its_specification():
    with_defaults = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", COMPOSE)
    PyCompose.from_json(json.dumps(yaml.safe_load(with_defaults)))
    misspelt = with_defaults.replace("restart: unless-stopped", "restrt: unless-stopped", 1)
    with pytest.raises(ValueError, match="restrt"):
        PyCompose.from_json(json.dumps(yaml.safe_load(misspelt)))


def test_what_the_compose_file_names_is_there():
    whole = yaml.safe_load(COMPOSE)
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= SERVICES.keys(), name
        assert set(service.get("networks", [])) <= whole["networks"].keys(), name
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= whole["volumes"].keys(), name
        assert set(service.get("secrets", [])) <= whole["secrets"].keys(), name
        assert {config["source"] for config in service.get("configs", [])} <= whole["configs"].keys(), name
        if build := service.get("build"):
            assert re.search(rf"^FROM .* AS {build['target']}$", (ROOT / "Dockerfile").read_text(), re.M)
    for config in whole["configs"].values():
        assert (ROOT / config["file"]).is_file()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_no_more_than_it_must(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    if "build" in service:
        assert service["user"] == "10001:10001" and "cap_add" not in service
    else:
        assert re.search(r":v?\d+\.\d+", service["image"]), "another's image is pinned"


@pytest.mark.parametrize("name", LASTING)
def test_a_service_that_lasts_is_started_again_and_limited(name):
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["depends_on"]


def test_prometheus_takes_its_configuration_with_the_alerts(tmp_path):
    configs = yaml.safe_load(COMPOSE)["configs"]
    for config in SERVICES["prometheus"]["configs"]:
        place = tmp_path / Path(config["target"]).name
        place.write_text((ROOT / configs[config["source"]]["file"]).read_text())
    run("promtool", "check", "config", tmp_path / "prometheus.yml")
