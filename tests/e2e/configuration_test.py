"""What an operator asks about settings and health before and while the processes run."""

import json
import re
import subprocess

import pytest

from waiting import eventually


def run(program, *arguments, environment=None):
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=60, env=environment or {}, stdin=subprocess.DEVNULL
    )


@pytest.fixture(params=["webhooks-api", "webhooks-worker"])
def program(request, bin_dir):
    return bin_dir / request.param


def settings(done):
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    return {one["name"]: one for one in report["settings"]}, report["unsafe"]


def test_config_check_tells_every_setting_and_who_said_so(program, tmp_path):
    file = tmp_path / "webhooks.toml"
    file.write_text('database = "sqlite:file.db"\nlog-level = "warn"\ndrain-timeout = "7s"\n')
    done = run(
        *(program, "config", "check", "--json", "--config", file, "--log-format", "json"),
        environment={"WEBHOOKS_LOG_LEVEL": "error"},
    )
    effective, unsafe = settings(done)
    assert unsafe == []
    assert [effective[name]["origin"] for name in ("log-format", "log-level", "drain-timeout", "allow-http")] == [
        "flag", "env", "file", "default"
    ]  # fmt: skip
    assert effective["log-level"] == {
        "name": "log-level", "value": "error", "origin": "env", "from": "WEBHOOKS_LOG_LEVEL"
    }  # fmt: skip
    assert effective["database"]["from"] == str(file)
    options = run(program, *(["serve"] if program.name == "webhooks-api" else []), "--help").stdout
    for name in effective:
        assert f"--{name}" in options


def test_config_check_for_people_is_one_line_a_setting(program):
    done = run(program, "config", "check", "--database", "sqlite:x.db", "--allow-cidr", "0.0.0.0/0")
    assert done.returncode == 0
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["database"] == ["sqlite:x.db", "flag", "--database"]
    assert rows["ca-file" if program.name == "webhooks-worker" else "time-zone"][-1] == "default"
    assert "not checked at all" in done.stdout


@pytest.mark.parametrize("arguments, names", [
    (["--database", "oracle:x"], "--database"),
    (["--drain-timeout", "soon"], "--drain-timeout"),
    (["--colour", "red"], "--colour"),
])  # fmt: skip
def test_config_check_refuses_what_the_program_would_refuse(program, arguments, names):
    done = run(program, "config", "check", "--database", "sqlite:x.db", *arguments)
    if arguments[0] == "--database":
        done = run(program, "config", "check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert names in line


def test_config_check_reads_the_trust_root(bin_dir):
    done = run(bin_dir / "webhooks-worker", "config", "check", "--database", "sqlite:x.db", "--ca-file", "none.pem")
    assert done.returncode == 2
    assert "ca-file" in done.stderr


def test_unsafe_settings_are_shouted_at_start(service):
    for process, event in ((service.api, "api.unsafe_setting"), (service.worker, "worker.unsafe_setting")):
        for what in ("allow-http", "127.0.0.0/8"):
            shout = re.compile(rf" warn {event} .*{what}")
            eventually(lambda: any(map(shout.search, process.log)), f"{process.name} shouts {what}")


def test_the_probe_says_whether_a_process_is_ready(service, bin_dir):
    for program, ops in (("webhooks-api", service.api_ops), ("webhooks-worker", service.worker_ops)):
        address = {"WEBHOOKS_OPS_LISTEN": ops.removeprefix("http://")}
        for command in ("--health", "health"):

            def ready():
                done = run(bin_dir / program, command, environment=address)
                assert done.returncode or (done.stdout, done.stderr) == ("", "")
                return done.returncode == 0

            eventually(ready, f"{program} {command} says yes")  # it gives up after 2 s, for which a machine may pause
    service.close()
    done = run(bin_dir / "webhooks-api", "--health", environment={"WEBHOOKS_OPS_LISTEN": service.api_ops[7:]})
    assert done.returncode == 1
    assert "refused" in done.stderr
