"""`docker compose up`, followed step by step: the same images, users, mounts, limits, order and signals."""

from pathlib import Path

import pytest

import recipe
from api import call
from waiting import eventually


def test_the_first_start_prints_a_key_and_no_later_one_does(service):
    again = service.run("init")
    assert (again.returncode, again.stdout) == (0, "")
    assert service.admin.get("/api-keys").expect(200).json()["data"]


def test_an_event_is_delivered_and_exported(service, receiver):
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())
    # The workbook is written to a file first: the only place for it is the tmpfs.
    assert service.partner.get("/webhooks/export").expect(200).body.startswith(b"PK")


@pytest.mark.parametrize("name", ["api", "worker"])
def test_a_program_runs_as_pid_1_confined(service, name):
    status = getattr(service, name).status()
    user, group = recipe.service(name)["user"].split(":")
    assert (status["NSpid"][-1], status["Uid"], status["Gid"]) == ("1", [user] * 4, [group] * 4)
    assert {field: int(status[field][0], 16) for field in ("CapEff", "CapPrm", "CapBnd", "CapInh")} == {
        "CapEff": 0, "CapPrm": 0, "CapBnd": 0, "CapInh": 0
    }  # fmt: skip
    assert status["NoNewPrivs"] == ["1"]
    for path, possible in (("/", False), ("/usr/local/bin", False), ("/etc", False), ("/data", True), ("/tmp", True)):
        done = service.run(name, ["/usr/bin/touch", f"{path}/written"])
        assert (done.returncode == 0) == possible, (path, done.stderr)


@pytest.mark.parametrize("name", ["api", "worker"])
def test_the_health_check_of_the_image_tells_the_truth(service, name):
    address = getattr(service, f"{name}_ops").removeprefix("http://")
    probe = recipe.image_of(name).health

    def ready():
        return service.run(name, probe, WEBHOOKS_OPS_LISTEN=address).returncode == 0

    eventually(ready, "the health check says yes")  # it gives up after 2 s, for which a machine may pause
    getattr(service, name).stop()
    assert service.run(name, probe, WEBHOOKS_OPS_LISTEN=address).returncode == 1


def test_sigterm_drains_what_is_under_way(service, receiver):
    webhook = service.create_webhook(receiver)
    receiver.hold()
    event = service.publish()
    receiver.wait_for(event)
    service.worker.signal_stop()
    service.worker.wait_for_log("worker.stopping")
    receiver.release()
    service.worker.wait_stopped()
    delivery = service.wait_delivered(webhook, event)
    assert len(delivery["attempts"]) == 1
    service.api.stop()


def test_data_outlives_the_containers(service, receiver):
    webhook = service.create_webhook(receiver)
    service.worker.stop()
    event = service.publish()
    service.api.stop()
    service.start_api()
    service.start_worker()
    service.wait_delivered(webhook, event)
    owner = int(recipe.service("api")["user"].split(":")[0])
    assert {path.stat().st_uid for path in Path(service.volume).iterdir()} == {owner}


def test_nobody_outside_reaches_an_ops_port(service):
    for name in ("api", "worker"):
        published = recipe.service(name).get("ports", [])
        assert not any("9090" in port or "9091" in port for port in published)
    call(service.api_address, "GET", "/metrics").expect(404)
