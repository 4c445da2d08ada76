"""A webhook that is dead, slow or flooded delays no other. Told by the order of arrivals, never by the clock."""

import json
import sqlite3

from service import example
from waiting import PATIENCE, eventually

DATA = json.dumps(example("product.added"))


def flood(service, contract_id, count):
    """That many events in one transaction, as a producer with access to the database may write them."""
    connection = sqlite3.connect(service.database, timeout=PATIENCE)
    with connection:
        connection.executemany(
            "INSERT INTO outbox (id, type, contract_id, subject, data) VALUES (?, 'product.added', ?, ?, ?)",
            ((f"flood-{n}", contract_id, f"product/PR-{n % 500}", DATA) for n in range(count)),
        )
    connection.close()


def test_a_flood_to_one_webhook_does_not_delay_another(start_service, make_receiver, request):
    size = request.config.getoption("--flood")
    service = start_service(attempt_timeout="30s", senders=16)
    flooded, neighbour = make_receiver(), make_receiver()
    service.put_contract("CTR-FLOOD", service.partner_id)
    service.create_webhook(flooded, contract_id="CTR-FLOOD")
    other = service.create_webhook(neighbour)
    flood(service, "CTR-FLOOD", size)
    flooded.wait_for(count=100)

    events, overtaken = [], 0
    for _ in range(5):  # one after the other, each into the middle of the flood
        events.append(service.publish())
        before = len(flooded.arrivals())
        neighbour.wait_for(events[-1])
        overtaken += len(flooded.arrivals()) - before
    assert overtaken < size / 10
    before = len(flooded.arrivals())
    flooded.wait_for(count=before + 100)  # which flows on
    for event in events:
        service.wait_delivered(other, event)


def test_a_dead_webhook_with_a_deep_backlog_delays_no_other(start_service, make_receiver):
    service = start_service(retry_schedule=",".join(["0s"] + ["10ms"] * 11))
    dead, alive = make_receiver(), make_receiver()
    dead.answer_by(lambda _: 503)
    broken = service.create_webhook(dead, delivery_order="any")
    backlog = service.publish_many(300, "product.added")
    dead.wait_for(count=5)
    service.create_webhook(alive, "product.updated")
    service.publish_many(100, "product.updated")
    alive.wait_for(count=100)

    # It is probed by one at a time, ever more rarely: its backlog keeps its 12 attempts each.
    made = service.sql("SELECT attempts_made FROM delivery JOIN webhook ON key = webhook WHERE id = ?", broken.id)
    assert len(made) == len(backlog)
    assert 5 <= sum(attempts for (attempts,) in made) <= 20
    dead.answer_by(None)
    newest = service.deliveries(broken)[0]["id"]  # its owner need not wait for the next probe
    eventually(lambda: service.partner.post(f"/deliveries/{newest}/retry", {}).status == 202, "it is tried at once")
    eventually(lambda: service.backlog() == 0, "its backlog is sent")
    states = service.sql("SELECT DISTINCT state FROM delivery")
    assert states == [("delivered",)]


def test_hanging_webhooks_hold_at_most_half_of_the_senders(start_service, make_receiver):
    service = start_service(senders=8, attempt_timeout="5m")
    hanging, alive = make_receiver(), make_receiver()
    hanging.hold()
    for number in range(20):
        service.create_webhook(alive, "product.updated", path=f"/alive/{number}")

    def all_are_proven():
        service.publish("product.updated")
        eventually(lambda: service.backlog() == 0, "everything is sent")
        return service.sql("SELECT min(proven) FROM flow") == [(1,)]

    eventually(all_are_proven, "each of them was fast the last time")
    for number in range(10):
        service.create_webhook(hanging, path=f"/hooks/{number}", delivery_order="any")
    service.publish_many(5, "product.added")
    hanging.wait_for(count=3)  # of the 4 that are for such webhooks: one is left to other partners
    before = len(alive.arrivals())
    service.publish_many(5, "product.updated")
    # Not all 100: whom a pause of the machine makes slow, at most 4 of them at a time, stands behind the hanging ones.
    alive.wait_for(count=before + 50)
    assert len(hanging.arrivals()) == 3  # 10 webhooks with 50 deliveries, and 8 senders


def test_one_partners_hanging_webhooks_do_not_delay_anothers_first_delivery(start_service, make_receiver):
    service = start_service(senders=8, attempt_timeout="5m")
    hanging, alive = make_receiver(), make_receiver()
    hanging.hold()
    for number in range(300):
        service.create_webhook(hanging, path=f"/hooks/{number}")
    service.publish()
    hanging.wait_for(count=3)

    stranger = service.caller("partner", "PTR-2")
    service.put_contract("CTR-2", "PTR-2")
    body = {"contract_id": "CTR-2", "url": alive.url("/new"), "event_types": ["product.added"]}
    alive.trust(stranger.post("/webhooks", body).expect(201).json()["secret"], "/new")
    service.publish(contract_id="CTR-2")
    alive.wait_for(count=1)
    assert len(hanging.arrivals()) == 3
