"""The main job: what is published arrives, signed, in order, at those who subscribed and nobody else."""

import sqlite3
import time

import pytest

from service import example


def test_a_published_event_arrives_signed(service, receiver):
    webhook = service.create_webhook(receiver, "flight_delay.status_changed")
    event = service.publish(
        "flight_delay.status_changed", subject="booking/BK-20391", timestamp="2025-11-26T09:52:00Z"
    )

    [arrival] = receiver.wait_for(event)
    assert arrival.signature_error is None
    assert arrival.headers["content-type"] == "application/json"
    assert arrival.headers["user-agent"].startswith("partner-webhooks/")
    assert abs(int(arrival.headers["webhook-timestamp"]) - time.time()) < 60
    assert arrival.payload == {
        "id": event,
        "type": "flight_delay.status_changed",
        "timestamp": arrival.payload["timestamp"],
        "contract_id": service.contract_id,
        "subject": "booking/BK-20391",
        "sequence": 1,
        "data": example("flight_delay.status_changed"),
    }
    assert arrival.payload["timestamp"].startswith("2025-11-26T09:52:00")

    delivery = service.wait_delivered(webhook, event)
    assert delivery["sequence"] == 1
    [attempt] = delivery["attempts"]
    assert (attempt["number"], attempt["status_code"], attempt["error"]) == (1, 200, None)
    assert attempt["trigger"] == "schedule"


def test_an_event_written_by_plain_sql_arrives(service, receiver):
    webhook = service.create_webhook(receiver, "product.added")
    service.sql(
        "INSERT INTO outbox (id, type, contract_id, subject, data) VALUES (?, ?, ?, ?, ?)",
        *("evt_by_sql", "product.added", service.contract_id, "product/PR-7"),
        '{"product_id":"PR-7","name":"Delay Care","category":"delay_care","price":{"amount":990,"currency":"EUR"}}',
    )

    [arrival] = receiver.wait_for("evt_by_sql")
    assert arrival.payload["data"]["price"]["amount"] == 990
    service.wait_delivered(webhook, "evt_by_sql")


def test_a_bad_row_written_by_sql_is_rejected_and_blocks_nothing(service, receiver):
    webhook = service.create_webhook(receiver, "product.added")
    service.sql(
        "INSERT INTO outbox (id, type, contract_id, subject, data) VALUES (?, ?, ?, ?, ?)",
        *("evt_bad", "product.added", service.contract_id, "product/PR-7", '{"product_id":7}'),
    )
    good = service.publish("product.added")

    service.wait_delivered(webhook, good)
    report = service.producer.get("/events/evt_bad").expect(200).json()
    assert report["status"] == "rejected" and report["reason"]
    assert receiver.arrivals("evt_bad") == []


def test_a_transaction_that_is_rolled_back_sends_nothing(service, receiver):
    webhook = service.create_webhook(receiver, "product.added")
    connection = sqlite3.connect(service.database, timeout=30)
    connection.execute(
        "INSERT INTO outbox (id, type, contract_id, subject, data) VALUES (?, ?, ?, ?, ?)",
        ("evt_undone", "product.added", service.contract_id, "product/PR-7", "{}"),
    )
    connection.rollback()
    connection.close()

    service.wait_delivered(webhook, service.publish("product.added"))
    assert receiver.arrivals("evt_undone") == []


def test_each_webhook_gets_what_it_subscribed_to(service, receiver):
    flights = service.create_webhook(receiver, "flight_delay.status_changed", path="/flights")
    products = service.create_webhook(receiver, "product.added", "product.removed", path="/products")

    delay = service.publish("flight_delay.status_changed")
    added = service.publish("product.added")
    removed = service.publish("product.removed")
    updated = service.publish("product.updated")

    service.wait_delivered(flights, delay)
    service.wait_delivered(products, added)
    service.wait_delivered(products, removed)
    assert service.wait_dispatched(updated)["matched"] == 0
    assert {(a.path, a.event_id) for a in receiver.arrivals()} == {
        ("/flights", delay),
        ("/products", added),
        ("/products", removed),
    }


def test_sequence_counts_a_webhooks_deliveries_without_a_gap(service, receiver):
    webhook = service.create_webhook(receiver, "product.added")
    events = [service.publish("product.added") for _ in range(5)]
    for event in events:
        service.wait_delivered(webhook, event)

    assert sorted(a.payload["sequence"] for a in receiver.arrivals()) == [1, 2, 3, 4, 5]
    later = service.deliveries(webhook, after_sequence=3)
    assert sorted(d["sequence"] for d in later) == [4, 5]


def test_a_subject_keeps_its_order_while_another_fails(service, receiver):
    webhook = service.create_webhook(receiver, "product.updated")
    receiver.answer_by(lambda arrival: 503 if arrival.subject == "product/STUCK" else 200)
    stuck = [service.publish("product.updated", subject="product/STUCK") for _ in range(3)]
    fluent = [service.publish("product.updated", subject="product/FLUENT") for _ in range(3)]

    for event in fluent:
        service.wait_delivered(webhook, event)
    service.wait_attempted(webhook, stuck[0], count=2)
    assert [a.event_id for a in receiver.arrivals() if a.subject == "product/FLUENT"] == fluent
    assert {a.event_id for a in receiver.arrivals() if a.subject == "product/STUCK"} == {stuck[0]}

    receiver.answer_by(None)
    for event in stuck:
        service.wait_delivered(webhook, event)
    in_order = [a.event_id for a in receiver.arrivals() if a.subject == "product/STUCK"]
    assert list(dict.fromkeys(in_order)) == stuck


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_tls_endpoint_is_reached_under_a_trusted_root(start_service, make_receiver, certificates, host):
    service = start_service(ca_file=certificates.ca_file)
    receiver = make_receiver(certificates.server)
    webhook = service.create_webhook(receiver, host=host)

    event = service.publish()
    assert service.wait_delivered(webhook, event)["attempts"][-1]["status_code"] == 200


def test_a_tls_endpoint_under_an_unknown_root_gets_nothing(service, make_receiver, certificates):
    receiver = make_receiver(certificates.server)
    webhook = service.create_webhook(receiver)

    event = service.publish()
    delivery = service.wait_attempted(webhook, event)
    assert delivery["attempts"][0]["error"] == "tls_certificate"
    assert receiver.arrivals() == []
