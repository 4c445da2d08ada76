"""Failures of the surroundings: told clearly, nothing acknowledged is lost or invented, and when the cause has gone the
service goes on by itself."""

import resource
import sqlite3
import subprocess

import pytest

from waiting import eventually

UNLIMITED = resource.RLIM_INFINITY


def check(service):
    done = service.command("check", "--database", service.database_url)
    assert done.stdout == "all is well\n", done.stdout


def stop_and_check(service):
    service.worker.stop()
    service.api.stop()
    check(service)


class SizeLimit:
    """No file may grow past its present size, for the two processes alone. Needs no rights."""

    def __init__(self, service):
        self._service = service

    def _set(self, limit):
        for process in (self._service.api, self._service.worker):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, UNLIMITED))

    def fill(self):
        sizes = [path.stat().st_size for path in self._service.database.parent.glob("webhooks.db*")]
        self._set(max(sizes))

    def free(self):
        self._set(UNLIMITED)


class SmallDisk:
    """A disk of its own, with a file on it that leaves no room."""

    def __init__(self, folder):
        self._ballast = folder / "ballast"

    def fill(self):
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass

    def free(self):
        self._ballast.unlink()


@pytest.fixture
def small_folder(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a small disk; the size limit tells the same story")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def publish_until_refused(service):
    """What was accepted until the first answer that was not 202, and that answer."""
    accepted = []
    for _ in range(20_000):
        answer = service.producer.post("/events", {"events": [service.event() for _ in range(20)]})
        if answer.status != 202:
            return accepted, answer
        accepted += [entry["id"] for entry in answer.json()["data"]]
    raise AssertionError("the disk was never full")


def tell_the_story(service, receiver, disk):
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())

    disk.fill()
    accepted, refused = publish_until_refused(service)
    assert refused.problem(503)
    said = service.api.wait_for_log("api.commit_failed")["error"]
    assert "full" in said or "disk I/O" in said, said
    service.partner.get("/webhooks").expect(200)  # reading goes on

    disk.free()
    again = eventually(lambda: publish_if_possible(service), "publishing works again without a restart")
    for event in [*accepted, again]:
        receiver.wait_for(event)
    service.wait_delivered(webhook, again)
    known = {event for (event,) in service.sql("SELECT id FROM outbox")}
    assert set(accepted) <= known
    assert all(arrival.event_id in known for arrival in receiver.arrivals()), "something was sent that was undone"
    stop_and_check(service)


def publish_if_possible(service):
    answer = service.producer.post("/events", service.event())
    return answer.json()["id"] if answer.status == 202 else None


def test_a_limit_on_file_sizes_is_survived(service, receiver):
    tell_the_story(service, receiver, SizeLimit(service))


def test_a_full_disk_is_survived(make_service, receiver, small_folder):
    service = make_service(folder=small_folder)
    service.start()
    tell_the_story(service, receiver, SmallDisk(small_folder))


def test_a_read_only_disk_is_told_in_one_line_and_the_next_start_works(make_service, receiver, small_folder):
    service = make_service(folder=small_folder)
    service.start()
    webhook = service.create_webhook(receiver)
    stop_and_check(service)
    subprocess.run(["mount", "-o", "remount,ro", small_folder], check=True)

    for process in (service.api, service.worker):
        done = subprocess.run(process.command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert str(service.database) in done.stderr.splitlines()[-1], done.stderr

    subprocess.run(["mount", "-o", "remount,rw", small_folder], check=True)
    service.start_api()
    service.start_worker()
    service.wait_delivered(webhook, service.publish())


def test_a_damaged_database_is_answered_with_503_and_never_with_wrong_rows(service, receiver):
    webhook = service.create_webhook(receiver)
    event = service.publish()
    delivery = service.wait_delivered(webhook, event)
    stop_and_check(service)
    connection = sqlite3.connect(service.database)
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'delivery'").fetchone()[0]
    connection.close()
    with service.database.open("r+b") as file:
        file.seek((page - 1) * size)
        good = file.read(64)
        file.seek((page - 1) * size)
        file.write(b"\x5a" * 64)

    service.start_api()
    service.partner.get(f"/deliveries/{delivery['id']}").problem(503)
    assert "malformed" in service.api.wait_for_log("api.store_failed")["error"]
    service.partner.get("/webhooks").expect(200)
    service.api.stop()

    with service.database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(good)
    service.start_api()
    service.start_worker()
    assert service.partner.get(f"/deliveries/{delivery['id']}").expect(200).json()["state"] == "delivered"
    service.wait_delivered(webhook, service.publish())
