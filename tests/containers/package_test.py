"""The Debian package, as an administrator meets it: installed in a Debian of its own, started from there, and removed."""

import gzip
import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
import referencing

import recipe
import rootfs
from process import Process

BUILD = recipe.ROOT / "build" / "release"
UNITS = ["webhooks-api.service", "webhooks-worker.service"]
MOST_EXPOSED = 2.0  # of 10, by systemd's own count


@pytest.fixture(scope="session")
def deb():
    for old in (BUILD / "package").glob("*.deb"):
        old.unlink()
    rootfs.run("cpack", "--config", "CPackConfig.cmake", cwd=BUILD)
    [made] = (BUILD / "package").glob("*.deb")
    return made


@pytest.fixture(scope="session")
def installed(roots, deb, tmp_path_factory):
    """A Debian with the package in it, and nothing else that it did not have before."""
    root = tmp_path_factory.mktemp("installed") / "root"
    rootfs.run("cp", "--archive", rootfs.slim(), root)
    shutil.copy(deb, root / "tmp/package.deb")
    rootfs.in_root(root, "apt-get", "update")
    rootfs.in_root(root, "apt-get", "install", "-y", "--no-install-recommends", "/tmp/package.deb")
    yield root
    shutil.rmtree(root)


def as_user(root, *command):
    return ["/usr/sbin/chroot", "--userspec=webhooks:webhooks", str(root), *command]


def test_the_service_runs_from_the_package(installed):
    key = rootfs.run(
        *as_user(installed, "webhooks-api", "key", "create", "--role", "admin", "--first"),
        *("--config", "/etc/partner-webhooks/api.toml"),
        env={"PATH": "/usr/bin:/bin"},
    )
    assert re.fullmatch(r"whk_\S+\n", key)
    environment = {"PATH": "/usr/bin:/bin", "WEBHOOKS_LISTEN": "127.0.0.1:0", "WEBHOOKS_OPS_LISTEN": "127.0.0.1:0"}
    for unit, event in zip(UNITS, ("api.listening", "worker.started"), strict=True):
        start = re.search(r"^ExecStart=(.*)$", (installed / "usr/lib/systemd/system" / unit).read_text(), re.M)[1]
        process = Process(unit, as_user(installed, *start.split()), environment)
        process.start()
        process.wait_for_log(event)
        process.stop()
    state = installed / "var/lib/partner-webhooks"
    assert {path.stat().st_uid for path in (state, *state.iterdir())} == {user_id(installed)}
    assert state.stat().st_mode & 0o777 == 0o750


def user_id(root):
    return int(rootfs.in_root(root, "id", "-u", "webhooks"))


def test_settings_survive_an_upgrade_and_data_a_purge(installed, tmp_path):
    root = tmp_path / "root"
    rootfs.run("cp", "--archive", installed, root)
    settings, data = root / "etc/partner-webhooks/worker.toml", root / "var/lib/partner-webhooks/kept"
    settings.write_text(settings.read_text() + "senders = 7\n")
    data.write_text("acknowledged")
    rootfs.in_root(root, "dpkg", "--force-confdef", "--install", "/tmp/package.deb")
    assert "senders = 7" in settings.read_text()
    check = as_user(root, "webhooks-worker", "config", "check", "--json", "--config", "/etc/partner-webhooks/worker.toml")
    effective = {one["name"]: one for one in json.loads(rootfs.run(*check, env={"PATH": "/usr/bin:/bin"}))["settings"]}
    assert (effective["senders"]["value"], effective["senders"]["origin"]) == ("7", "file")
    rootfs.in_root(root, "dpkg", "--purge", "partner-webhooks")
    assert not settings.exists()
    assert data.read_text() == "acknowledged"
    shutil.rmtree(root)


def test_the_units_are_sound_and_give_little_away(installed, tmp_path):
    for unit in UNITS:  # this machine's targets, but the programs are in another root
        text = (installed / "usr/lib/systemd/system" / unit).read_text()
        (tmp_path / unit).write_text(text.replace("ExecStart=", f"ExecStart={installed}/usr/bin/"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(tmp_path / unit for unit in UNITS)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "") and "webhooks" not in done.stderr, done.stderr
    for unit in UNITS:
        path = recipe.ROOT / "common/package/systemd" / unit
        done = subprocess.run(["systemd-analyze", "security", "--offline=yes", path], capture_output=True, text=True)
        exposure = float(re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)[1])
        assert exposure <= MOST_EXPOSED, done.stdout


def test_what_goes_with_the_programs_is_there(deb, tmp_path):
    subprocess.run(["dpkg-deb", "--extract", deb, tmp_path], check=True)
    for program in ("webhooks-api", "webhooks-worker"):
        manual = gzip.decompress((tmp_path / f"usr/share/man/man8/{program}.8.gz").read_bytes()).decode()
        assert ".Sh SYNOPSIS" in manual
        completion = tmp_path / "usr/share/bash-completion/completions" / program
        subprocess.run(["bash", "-n", completion], check=True)
        assert f" {program}\n" in completion.read_text()
    doc = tmp_path / "usr/share/doc/partner-webhooks"
    assert (doc / "openapi.yaml").read_text().startswith("openapi:")
    assert "## Alerts" in (doc / "GUIDE.md").read_text()
    for name in ("api.toml", "worker.toml", "nginx.conf", "prometheus.yml"):
        assert (doc / "examples" / name).stat().st_size > 0


def test_it_can_be_installed_without_a_package(deb, tmp_path):
    rootfs.run("cmake", "--install", BUILD, "--prefix", tmp_path / "there")
    for program in ("webhooks-api", "webhooks-worker"):
        assert rootfs.run(tmp_path / "there/bin" / program, "--version").startswith(program)
        assert (tmp_path / "there/lib/systemd/system" / f"{program}.service").exists()
        assert (tmp_path / "there/share/man/man8" / f"{program}.8.gz").exists()


def test_the_bill_of_materials_is_valid_and_names_what_is_linked(deb, tmp_path):
    subprocess.run(["dpkg-deb", "--extract", deb, tmp_path], check=True)
    bom = json.loads((tmp_path / "usr/share/doc/partner-webhooks/sbom.cdx.json").read_text())
    folder = Path(find_spec("cyclonedx").origin).parent / "schema/_res"
    schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.SNAPSHOT.schema.json")}
    wanted = {**schemas["bom-1.5.SNAPSHOT.schema.json"], "$id": "bom-1.5.SNAPSHOT.schema.json"}
    known = referencing.Registry().with_contents(
        (name, {**schema, "$id": name}) for name, schema in schemas.items() if "$schema" in schema
    )
    jsonschema.Draft7Validator(wanted, registry=known).validate(bom)
    names = {component["name"] for component in bom["components"]}
    needed = subprocess.run(["dpkg-deb", "--field", deb, "Depends"], capture_output=True, text=True).stdout
    linked = {name.split()[0] for name in needed.split(", ") if name.startswith("lib")} - {"libspdlog1.10-fmt9"}
    assert {name.split(":")[0] for name in linked} <= names | {"libcpp-httplib0.11"}
    assert {"rapidjson-dev", "libspdlog1.10", "libc6"} <= names
