"""Every event and every delivery comes to an end that says why."""

import json
import sqlite3
from datetime import datetime, timedelta, timezone

import pytest

from service import example
from waiting import PATIENCE, eventually


def in_seconds(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


def status_of(service, webhook):
    found = service.partner.get(f"/webhooks/{webhook.id}").expect(200).json()
    return found["status"], found["status_reason"]


def test_an_event_that_expires_first_is_not_sent(start_service, receiver):
    service = start_service(retry_schedule="0s,1h")
    webhook = service.create_webhook(receiver)
    receiver.answer(500)
    event = service.publish(expires_at=in_seconds(12))  # time enough for one attempt, whatever the machine does
    service.wait_attempted(webhook, event)
    delivery = service.wait_finished(webhook, event)
    assert delivery["state"] == "expired"
    assert delivery["reason"] == "the event expired before it could be delivered"
    assert delivery["attempts_made"] == len(receiver.arrivals(event)) == 1
    eventually(lambda: service.metric("webhooks_deliveries_expired_total") == 1, "it is counted")
    service.wait_delivered(webhook, service.publish(expires_at=in_seconds(3600)))


def test_gone_is_said_in_the_log_and_counted(service, receiver):
    webhook = service.create_webhook(receiver)
    receiver.answer(410)
    service.wait_finished(webhook, service.publish())
    assert status_of(service, webhook) == ("inactive", "the endpoint answered 410 Gone")
    said = service.worker.wait_for_log("webhook.deactivated")
    assert (said["webhook"], said["reason"]) == (webhook.id, "the endpoint answered 410 Gone")
    eventually(lambda: service.metric("webhooks_deactivated_total") == 1, "it is counted")


def test_nothing_but_failures_for_long_turns_a_webhook_inactive(start_service, receiver):
    service = start_service(
        retry_schedule=",".join(["0s"] + ["100ms"] * 40), worker_options=("--disable-after", "1s")
    )
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())
    receiver.answer_by(lambda _: 500)
    # In one batch: a second after the first failure the webhook takes no more.
    stuck = service.publish_many(3, subject="product/PR-1")
    for event in stuck:
        assert service.wait_finished(webhook, event)["state"] == "cancelled"
    status, reason = status_of(service, webhook)
    assert status == "inactive" and reason.startswith("every attempt has failed since 20")
    assert service.worker.wait_for_log("webhook.deactivated")["webhook"] == webhook.id
    eventually(lambda: service.metric("webhooks_deliveries_cancelled_total") == len(stuck), "they are counted")

    receiver.answer_by(None)
    service.partner.patch(f"/webhooks/{webhook.id}", {"status": "active"}).expect(200)
    assert status_of(service, webhook) == ("active", None)
    service.partner.post(
        f"/webhooks/{webhook.id}/recover", {"since": in_seconds(-3600), "until": in_seconds(60)}
    ).expect(200)
    for event in stuck:
        service.wait_delivered(webhook, event)
    answered = [a.event_id for a in receiver.arrivals()][-3:]
    assert answered == stuck


def test_an_event_that_nobody_subscribed_to_is_kept_and_counted(service, receiver):
    service.create_webhook(receiver, "product.added")
    event = service.publish("product.removed")
    assert service.wait_dispatched(event)["matched"] == 0
    eventually(lambda: service.metric("webhooks_events_unmatched_total") == 1, "it is counted")


GOOD = f"'{json.dumps(example('product.added'))}'"  # as an SQL literal
POISON = {
    "invalid UTF-8 in its data": {"data": "CAST(x'7B2261223A22FFFE227D' AS TEXT)"},
    "invalid UTF-8 in its subject": {"subject": "CAST(x'70726F64756374FF' AS TEXT)"},
    "NUL in its data": {"data": "CAST(x'7B007D' AS TEXT)"},
    "NUL in its id": {"id": "CAST(x'61006262' AS TEXT)"},
    "NUL in its type": {"type": "CAST(x'70726F647563742E616464656400' AS TEXT)"},
    "nothing at all": {"id": "''", "type": "''", "subject": "''", "data": "''"},
    "no JSON": {"data": "'{'"},
    "a JSON array": {"data": "'[]'"},
    "deep nesting": {"data": "replace(hex(zeroblob(20000)), '0', '[')"},
    "64 MB of data": {"data": "hex(zeroblob(32000000))"},
    "an id of 1 MB": {"id": "hex(zeroblob(500000))"},
    "a dot in its id": {"id": "'a.b'"},
    "a subject of 1 MB": {"subject": "hex(zeroblob(500000))"},
    "an unknown type": {"type": "'product.exploded'"},
    "a time before time": {"occurred_at": "-9223372036854775808"},
    "a time after time": {"occurred_at": "9223372036854775807"},
    "an end after time": {"expires_at": "9223372036854775807"},
    "an end before time": {"expires_at": "-9223372036854775808"},
    "a number as data": {"data": "4711"},
}


def test_poison_in_the_outbox_is_rejected_with_a_reason_and_blocks_nothing(service, receiver):
    webhook = service.create_webhook(receiver, "product.added")
    connection = sqlite3.connect(service.database, timeout=PATIENCE)
    connection.text_factory = bytes
    rows = {}
    with connection:  # one transaction, the poison of all kinds before the good one
        for number, (name, columns) in enumerate(POISON.items()):
            values = {
                "id": f"'poison-{number}'",
                "type": "'product.added'",
                "contract_id": f"'{service.contract_id}'",
                "subject": "'product/PR-1'",
                "data": GOOD,
                **columns,
            }
            statement = f"INSERT INTO outbox ({', '.join(values)}) VALUES ({', '.join(values.values())})"
            rows[name] = connection.execute(statement).lastrowid
    good = service.publish("product.added", subject="product/PR-1")
    service.wait_delivered(webhook, good)
    found = {
        name: connection.execute("SELECT status, reason FROM outbox WHERE position = ?", [row]).fetchone()
        for name, row in rows.items()
    }
    connection.close()
    assert {name for name, (status, reason) in found.items() if status != b"rejected" or not reason} == set(), found
    assert len(receiver.arrivals()) == 1
    assert len({reason for _, reason in found.values()}) >= 8  # each is told what is wrong with it
    for line in service.worker.log:
        assert len(line) < 4096


@pytest.mark.parametrize("column, value", [("data", None), ("occurred_at", "soon"), ("subject", None)])
def test_what_the_tables_types_forbid_fails_in_the_producers_hands(service, column, value):
    row = {"id": "evt-x", "type": "product.added", "contract_id": "C", "subject": "s", "data": "{}", column: value}
    with pytest.raises(sqlite3.IntegrityError):
        service.sql(
            f"INSERT INTO outbox ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values()
        )
