"""Publishing: durable, all or nothing, idempotent, and checked."""


def test_a_batch_with_one_bad_event_publishes_none(service, receiver):
    service.create_webhook(receiver)
    good, bad = service.event(id="good-one"), service.event(id="bad-one")
    bad["data"]["price"]["amount"] = -1

    answer = service.producer.post("/events", {"events": [good, bad, service.event()]})
    assert answer.status in (400, 422)
    fields = answer.bad_fields(answer.status)
    assert fields and all("events" in field and "1" in field for field in fields), fields
    service.producer.get("/events/good-one").problem(404)

    fence = service.publish()
    receiver.wait_for(fence)
    assert [a.event_id for a in receiver.arrivals()] == [fence]


def test_a_batch_answers_in_its_order(service, receiver):
    webhook = service.create_webhook(receiver)
    batch = [service.event(id=f"event-{n}") for n in range(50)]
    data = service.producer.post("/events", {"events": batch}).expect(202).json()["data"]
    assert [entry["id"] for entry in data] == [event["id"] for event in batch]
    service.wait_delivered(webhook, "event-49")
    receiver.wait_for(count=50)


def test_publishing_the_same_id_again_changes_nothing(service, receiver):
    webhook = service.create_webhook(receiver)
    event = service.event(id="order-4711")
    first = service.producer.post("/events", event).expect(202).json()
    again = service.producer.post("/events", event).expect(202).json()
    assert first["id"] == again["id"] == "order-4711"

    service.wait_delivered(webhook, "order-4711")
    service.producer.post("/events", event).expect(202)
    service.wait_delivered(webhook, service.publish())
    assert len(receiver.arrivals("order-4711")) == 1


def test_an_idempotency_key_replays_the_first_answer(service):
    event, other = service.event(), service.event()
    headers = {"Idempotency-Key": "attempt-1"}
    first = service.producer.post("/events", event, **headers).expect(202).json()
    assert service.producer.post("/events", event, **headers).expect(202).json() == first
    service.producer.post("/events", other, **headers).problem(422)


def test_events_are_checked_against_their_schema(service):
    unknown_type = service.event() | {"type": "product.renamed"}
    unknown_contract = service.event(contract_id="CTR-UNKNOWN")
    lower_case_airport = service.event("flight_delay.status_changed")
    lower_case_airport["data"]["flight"]["departure_airport"] = "fra"
    id_with_a_dot = service.event(id="a.b")
    for bad in (unknown_type, unknown_contract, lower_case_airport, id_with_a_dot):
        answer = service.producer.post("/events", bad)
        assert answer.status in (400, 422), answer.body
        assert answer.bad_fields(answer.status)


def test_event_types_are_served_with_schema_and_example(service):
    types = service.partner.get("/event-types").expect(200).json()["data"]
    assert [t["id"] for t in types] == [
        "flight_delay.status_changed",
        "product.added",
        "product.updated",
        "product.removed",
    ]
    for event_type in types:
        assert event_type["label"] and event_type["description"]
        assert event_type["schema"]["title"] == event_type["id"]
        published = service.event(event_type["id"], data=event_type["example"])
        service.producer.post("/events", published).expect(202)
