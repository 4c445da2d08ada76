"""What every route has in common, through the real edge."""

import json
import threading

from waiting import eventually


def test_errors_of_the_edge_are_problems_too(service):
    service.producer.call("POST", "/events", body="x" * (9 << 20), headers={"Content-Type": "application/json"}).problem(413)
    service.anonymous("GET", "/%zz").problem(400)


def test_a_request_id_is_echoed(service):
    answer = service.partner.call("GET", "/nothing", headers={"X-Request-Id": "mine-1"})
    assert answer.headers["X-Request-Id"] == "mine-1"
    assert answer.problem(404)["request_id"] == "mine-1"


def test_head_is_get_without_its_body(service):
    answer = service.partner.call("HEAD", "/event-types").expect(200)
    assert answer.body == b""
    assert int(answer.headers["Content-Length"]) == len(service.partner.get("/event-types").body)


def test_the_contract_and_the_page_are_public(service):
    assert b"openapi: 3.1" in service.anonymous("GET", "/openapi.yaml").expect(200).body
    assert b"<title>" in service.anonymous("GET", "/").expect(200).body


def test_a_replay_survives_a_restart(service, receiver):
    webhook = {"contract_id": service.contract_id, "url": receiver.url(), "event_types": ["product.added"]}
    first = service.partner.post("/webhooks", webhook, **{"Idempotency-Key": "once"}).expect(201)
    service._secrets.append(first.json()["secret"])
    service.api.kill9()
    service.start_api()
    again = service.partner.post("/webhooks", webhook, **{"Idempotency-Key": "once"}).expect(201)
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"
    assert service.partner.get("/webhooks").json()["total"] == 1


def test_a_revoked_key_is_refused_at_once(service):
    made = service.admin.post("/api-keys", {"role": "producer", "name": "short-lived"}).expect(201).json()
    service._keys.append(made["key"])
    headers = {"Authorization": f"Bearer {made['key']}"}
    service.anonymous("GET", "/event-types", headers=headers).expect(200)
    service.admin.delete(f"/api-keys/{made['id']}").expect(204)
    service.anonymous("GET", "/event-types", headers=headers).problem(401)


def test_the_log_of_deliveries_pages_without_gaps_while_rows_arrive(service, receiver):
    webhook = service.create_webhook(receiver)
    for _ in range(5):
        service.wait_delivered(webhook, service.publish())
    path = f"/webhooks/{webhook.id}/deliveries"
    first = service.partner.get(path, limit=2).expect(200).json()
    service.wait_delivered(webhook, service.publish())  # arrives in front of the pages still to come
    second = service.partner.get(path, limit=2, cursor=first["next_cursor"]).expect(200).json()
    third = service.partner.get(path, limit=2, cursor=second["next_cursor"]).expect(200).json()
    pages = first["data"] + second["data"] + third["data"]
    assert [delivery["sequence"] for delivery in pages] == [5, 4, 3, 2, 1]
    assert third["next_cursor"] is None
    missed = service.partner.get(path, after_sequence=4).expect(200).json()["data"]
    assert [delivery["sequence"] for delivery in missed] == [5, 6]


def test_reading_on_while_events_arrive_meets_each_delivery_once(service, receiver):
    webhook = service.create_webhook(receiver)
    batches, size = 8, 25

    def publish():
        for _ in range(batches):
            service.producer.post("/events", {"events": [service.event() for _ in range(size)]}).expect(202)

    producer = threading.Thread(target=publish)
    producer.start()
    path, met = f"/webhooks/{webhook.id}/deliveries", []

    def read_on():
        page = service.partner.get(path, after_sequence=met[-1] if met else 0, limit=7).expect(200).json()
        met.extend(delivery["sequence"] for delivery in page["data"])
        while page["next_cursor"]:
            page = service.partner.get(path, after_sequence=0, limit=7, cursor=page["next_cursor"]).expect(200).json()
            met.extend(delivery["sequence"] for delivery in page["data"])
        return len(met) >= batches * size

    eventually(read_on, "all were met")
    producer.join()
    assert met == list(range(1, batches * size + 1))


def test_a_large_batch_is_published_whole(service):
    batch = [service.event() for _ in range(1000)]
    answer = service.producer.post("/events", {"events": batch}).expect(202)
    assert len(answer.json()["data"]) == 1000
    assert service.producer.post("/events", {"events": [*batch, service.event()]}).bad_fields(413) == {"events"}


def test_what_is_no_json_is_told_with_its_place(service):
    answer = service.producer.call("POST", "/events", body='{"a":1,"a":2}', headers={"Content-Type": "application/json"})
    assert '"a"' in answer.problem(400)["detail"]
    service.producer.call("POST", "/events", body=json.dumps({}), headers={"Content-Type": "text/plain"}).problem(415)
