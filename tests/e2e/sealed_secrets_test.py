"""Signing secrets encrypted at rest, and how their key is changed."""

import base64
import os

import pytest


@pytest.fixture
def key_file(tmp_path):
    def make(name):
        file = tmp_path / name
        file.write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
        return file

    return make


def known(*files):
    return tuple(part for file in files for part in ("--secrets-key-file", file))


def everything_on_disk(service):
    """The write-ahead log and the database, as somebody sees them who takes the disk away."""
    # The log first: a checkpoint between the two moves into the database what was not in it yet.
    files = [service.database.with_name(service.database.name + "-wal"), service.database]
    return b"".join(file.read_bytes() for file in files if file.exists())


def raw(secret):
    return base64.b64decode(secret.removeprefix("whsec_"))


def restart(service, *files):
    """Starts both processes again, with these keys."""
    for process, start in ((service.worker, service.start_worker), (service.api, service.start_api)):
        process.stop()
        command = process.command
        while "--secrets-key-file" in command:
            at = command.index("--secrets-key-file")
            del command[at : at + 2]
        command += [str(part) for part in known(*files)]
        start()


def rotate(service, new, *old):
    where = ("--database", service.database_url, "--new-secrets-key-file", new)
    return service.command("secrets", "rotate-key", *where, *known(*old))


def test_a_sealed_secret_is_on_no_disk_and_signs_all_the_same(start_service, key_file, receiver):
    key = key_file("key")
    service = start_service(api_options=known(key), worker_options=known(key))
    webhook = service.create_webhook(receiver)
    assert service.partner.get(f"/webhooks/{webhook.id}/secret").expect(200).json()["secret"] == webhook.secret
    service.wait_delivered(webhook, service.publish())
    rotated = service.partner.post(
        f"/webhooks/{webhook.id}/secret/rotate", {}, **{"Idempotency-Key": "once"}).expect(200).json()
    service.wait_delivered(webhook, service.publish())
    disk = everything_on_disk(service)
    for secret in (webhook.secret, rotated["secret"]):
        assert raw(secret) not in disk and secret.encode() not in disk


def test_nobody_starts_without_the_right_key(start_service, key_file, receiver):
    key, wrong = key_file("key"), key_file("wrong")
    service = start_service(api_options=known(key), worker_options=known(key))
    service.create_webhook(receiver)
    serve = ("serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0")
    worker = ("--ops-listen", "127.0.0.1:0")
    for keys, named in [((), "which is not given"), (known(wrong), "which is not given")]:
        for done in (service.command(*serve, "--database", service.database_url, *keys),
                     service.worker_command(*worker, "--database", service.database_url, *keys)):
            assert done.returncode == 2 and named in done.stderr, done
            assert len(done.stderr.splitlines()) == 1
    broken = key_file("broken")
    broken.write_text("c2hvcnQ=\n")
    for keys, named in [(known(broken), "32 bytes"), (known(broken.with_name("none")), "cannot be read")]:
        done = service.command(*serve, "--database", service.database_url, *keys)
        assert done.returncode == 2 and named in done.stderr, done
    assert rotate(service, key_file("new"), wrong).returncode == 1


def test_a_plain_database_is_sealed_later(service, key_file, receiver):
    webhook = service.create_webhook(receiver)
    assert raw(webhook.secret) in everything_on_disk(service)
    key = key_file("key")
    restart(service, key)
    service.api.wait_for_log("secrets.not_encrypted")
    service.wait_delivered(webhook, service.publish())
    done = rotate(service, key)
    assert done.returncode == 0 and "1 secret is" in done.stdout, done
    service.wait_delivered(webhook, service.publish())
    service.api.stop()
    service.worker.stop()
    assert raw(webhook.secret) not in everything_on_disk(service)


def test_the_key_changes_while_events_are_delivered(start_service, key_file, receiver):
    old, new = key_file("old"), key_file("new")
    service = start_service(api_options=known(old), worker_options=known(old))
    webhooks = [service.create_webhook(receiver, path=f"/{number}") for number in range(5)]
    restart(service, new, old)  # first every process learns the new key …
    before = [service.publish() for _ in range(20)]
    done = rotate(service, new, old)  # … then the secrets move …
    assert done.returncode == 0 and "5 secrets are" in done.stdout, done
    after = [service.publish() for _ in range(20)]
    late = service.create_webhook(receiver, path="/late")
    for event in before + after:
        for webhook in webhooks:
            service.wait_delivered(webhook, event)
    assert "0 secrets are" in rotate(service, new, old).stdout

    restart(service, new)  # … and then the old one is forgotten
    event = service.publish()
    for webhook in [*webhooks, late]:
        assert service.wait_delivered(webhook, event)["attempts_made"] == 1
        shown = service.partner.get(f"/webhooks/{webhook.id}/secret").expect(200).json()
        assert shown["secret"] == webhook.secret


def test_a_sealed_secret_moved_to_another_webhook_signs_nothing(start_service, key_file, make_receiver):
    key = key_file("key")
    service = start_service(api_options=known(key), worker_options=known(key), retry_schedule="0s")
    receiver = make_receiver()
    mine = service.create_webhook(receiver, path="/mine")
    service.create_webhook(receiver, path="/theirs")
    service.sql("UPDATE signing_secret SET secret = (SELECT secret FROM signing_secret WHERE webhook = "
                "(SELECT max(key) FROM webhook)) WHERE webhook = (SELECT min(key) FROM webhook)")
    delivery = service.wait_finished(mine, service.publish())
    assert delivery["state"] == "failed"
    assert [arrival.path for arrival in receiver.arrivals()] == ["/theirs"]
    service.partner.get(f"/webhooks/{mine.id}/secret").problem(503)
