"""Backups, and what tells whether a database is sound: an operator's commands, while the service works or is broken."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from receiver import Receiver, Reply
from service import Options, Service


def run(service, *arguments, code=0):
    done = service.command(*arguments, "--database", service.database_url)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


def stop(service):
    service.worker.stop()
    service.api.stop()


def test_a_backup_under_load_is_whole_and_the_service_goes_on_from_it(service, receiver, tmp_path):
    webhook = service.create_webhook(receiver)
    backup = tmp_path / "backup.db"
    with ThreadPoolExecutor(4) as producers:
        before = list(producers.map(lambda _: service.publish(), range(20)))
        during = [producers.submit(service.publish) for _ in range(60)]
        report = json.loads(run(service, "backup", "--to", backup, "--json").stdout)
        for publishing in during:
            publishing.result()
    assert report["events"] >= len(before) and report["webhooks"] == 1
    assert backup.stat().st_mode & 0o077 == 0, "it holds signing secrets"
    lost = service.publish()
    service.wait_delivered(webhook, lost)
    stop(service)

    run(service, "restore", "--from", backup, "--replace")

    assert (service.database.parent / "webhooks.db.replaced").exists()
    assert run(service, "check").stdout == "all is well\n"
    service.start_api()
    service.start_worker()
    for event in before:
        service.wait_delivered(webhook, event)
    service.producer.get(f"/events/{lost}").expect(404)
    service.wait_delivered(webhook, service.publish())


def test_a_database_in_use_is_not_replaced(service, tmp_path):
    backup = tmp_path / "backup.db"
    run(service, "backup", "--to", backup)
    again = run(service, "backup", "--to", backup, code=1)
    assert "backup.db" in again.stderr
    refused = run(service, "restore", "--from", backup, code=1)
    assert "already" in refused.stderr
    refused = run(service, "restore", "--from", backup, "--replace", code=1)
    assert "in use" in refused.stderr
    service.partner.get("/webhooks").expect(200)
    refused = run(service, "restore", "--from", service.database, code=1)
    assert "not a backup" in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["backup.db"]


def spoil_a_page(database):
    """Overwrites part of a page in the middle of the file, as a failing disk would."""
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    with open(database, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x5a" * 64)


def test_a_damaged_page_is_told_and_nothing_is_made_of_it(service, receiver, tmp_path):
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())
    backup = tmp_path / "good.db"
    run(service, "backup", "--to", backup)
    stop(service)
    spoil_a_page(service.database)

    assert "integrity" in run(service, "check", code=1).stdout
    bad = run(service, "backup", "--to", tmp_path / "bad.db", code=1)
    assert "damaged" in bad.stderr or "malformed" in bad.stderr
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["good.db"]

    run(service, "restore", "--from", backup, "--replace")
    service.start_api()
    service.start_worker()
    service.wait_delivered(webhook, service.publish())


WRONG = {
    "lane-single": "INSERT INTO claim VALUES (1, 1, 'w', 7, 0, 0); INSERT INTO queue VALUES (1, 5, 2, 2)",
    "lane-first": "DELETE FROM queue; INSERT INTO queue SELECT webhook, due, sequence, event FROM delivery WHERE event = 2",
    "lane-stuck": "DELETE FROM queue",
    "delivery-stuck": "UPDATE delivery SET ordered = 0 WHERE event = 2",
    "queue-delivery": "INSERT INTO queue VALUES (1, 5, 77, 77)",
    "claim-delivery": "INSERT INTO claim VALUES (1, 77, 'w', 7, 0, 0)",
    "claim-queue": "INSERT INTO claim VALUES (1, 1, 'w', 7, 0, 0)",
    "flow-ready": "UPDATE flow SET ready_at = NULL",
    "webhook-flow": "DELETE FROM flow",
    "webhook-secret": "DELETE FROM signing_secret",
    "webhook-subscription": "UPDATE subscription SET url = 'https://elsewhere.example/'",
    "webhook-number": "UPDATE partner SET last_webhook_number = 0",
    "sequence-last": "UPDATE flow SET last_sequence = 1",
    "sequence-gap": "UPDATE flow SET last_sequence = 9",
    "delivery-event": "DELETE FROM outbox WHERE position = 2",
    "delivery-webhook": "PRAGMA foreign_keys = ON; DELETE FROM webhook",
    "delivery-attempts": "UPDATE delivery SET attempts_made = 3 WHERE event = 1",
    "delivery-end": "UPDATE delivery SET state = 'failed', due = NULL, finished_at = 5 WHERE event = 2",
    "attempt-delivery": "INSERT INTO attempt VALUES (77, 1, 1, 0, 0, 500, NULL, '', 'schedule')",
    "foreign-key": "UPDATE webhook SET partner_id = 'nobody'",
    "integrity": "PRAGMA ignore_check_constraints = ON; UPDATE webhook SET version = 0",
}


@pytest.fixture(scope="module")
def waiting_database(bin_dir, tmp_path_factory):
    """One webhook with two deliveries of one subject that wait: the first queued, the second behind it."""
    service = Service(bin_dir, tmp_path_factory.mktemp("waiting"), Options(retry_schedule="0s,1h"))
    receiver = Receiver()
    receiver.answer_by(lambda arrival: Reply(503))
    service.start()
    webhook = service.create_webhook(receiver)
    first = service.publish(subject="product/PR-1")
    second = service.publish(subject="product/PR-1")
    service.wait_attempted(webhook, first)
    service.wait_dispatched(second)
    stop(service)
    receiver.close()
    yield service
    service.close()


@pytest.mark.parametrize("rule", WRONG)
def test_rows_that_contradict_each_other_are_found(waiting_database, tmp_path, rule):
    service = waiting_database
    copy = tmp_path / "copy.db"
    copy.write_bytes(service.database.read_bytes())
    url = f"sqlite:{copy}"
    assert service.command("check", "--database", url).stdout == "all is well\n"
    connection = sqlite3.connect(copy)
    connection.executescript(WRONG[rule])
    connection.commit()
    connection.close()

    done = service.command("check", "--json", "--database", url)

    assert done.returncode == 1, done
    assert rule in {violation["rule"] for violation in json.loads(done.stdout)["violations"]}, done.stdout
