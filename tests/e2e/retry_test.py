"""What happens when an endpoint does not say 2xx."""

from receiver import Reply


def status_codes(delivery):
    return [attempt["status_code"] for attempt in delivery["attempts"]]


def test_two_errors_and_then_success(start_service, receiver):
    service = start_service(retry_schedule="0s,50ms,100ms")
    webhook = service.create_webhook(receiver)
    receiver.answer(500, 500, 200)

    event = service.publish()
    delivery = service.wait_delivered(webhook, event)
    assert status_codes(delivery) == [500, 500, 200]
    assert [attempt["number"] for attempt in delivery["attempts"]] == [1, 2, 3]
    arrivals = receiver.arrivals(event)  # all under one webhook-id, each with a signature of its own
    assert len(arrivals) == 3
    assert len({a.body for a in arrivals}) == 1


def test_a_delivery_fails_when_its_schedule_is_used_up(start_service, receiver):
    service = start_service(retry_schedule="0s,20ms,20ms")
    webhook = service.create_webhook(receiver)
    receiver.answer_by(lambda _: 500)

    event = service.publish()
    delivery = service.wait_finished(webhook, event)
    assert delivery["state"] == "failed" and delivery["reason"]
    assert status_codes(delivery) == [500, 500, 500]
    assert delivery["next_attempt_at"] is None


def test_an_endpoint_that_was_down_gets_its_event_when_it_is_back(service, receiver):
    webhook = service.create_webhook(receiver)
    receiver.go_down()

    event = service.publish()
    delivery = service.wait_attempted(webhook, event)
    assert delivery["attempts"][0]["error"] == "connect_refused"
    assert delivery["attempts"][0]["status_code"] is None

    receiver.come_back()
    assert service.wait_delivered(webhook, event)["attempts"][-1]["status_code"] == 200


def test_retry_after_is_honoured(start_service, receiver):
    service = start_service(retry_schedule="0s,10ms")
    webhook = service.create_webhook(receiver)
    receiver.answer(Reply(429, {"Retry-After": "2"}))

    event = service.publish()
    service.wait_delivered(webhook, event)
    first, second = receiver.arrivals(event)
    assert second.at - first.at >= 1.9


def test_gone_turns_the_webhook_inactive(service, receiver):
    webhook = service.create_webhook(receiver)
    receiver.answer(410)

    event = service.publish()
    delivery = service.wait_finished(webhook, event)
    assert delivery["state"] == "failed"
    assert status_codes(delivery) == [410]
    now = service.partner.get(f"/webhooks/{webhook.id}").expect(200).json()
    assert now["status"] == "inactive" and now["status_reason"]

    after = service.publish()
    assert service.wait_dispatched(after)["matched"] == 0
    assert len(receiver.arrivals()) == 1


def test_a_redirect_is_not_followed(service, receiver):
    webhook = service.create_webhook(receiver)
    receiver.answer(Reply(307, {"Location": receiver.url("/elsewhere")}))

    event = service.publish()
    delivery = service.wait_delivered(webhook, event)
    assert status_codes(delivery) == [307, 200]
    assert {arrival.path for arrival in receiver.arrivals()} == {"/hooks"}


def test_an_endpoint_that_never_answers_times_out(start_service, receiver):
    service = start_service(attempt_timeout="500ms")
    webhook = service.create_webhook(receiver)
    receiver.hold()

    event = service.publish()
    delivery = service.wait_attempted(webhook, event)
    assert delivery["attempts"][0]["error"] == "timeout"
    receiver.release()
    service.wait_delivered(webhook, event)


def test_a_dead_endpoint_delays_no_other(start_service, make_receiver):
    service = start_service(senders=4)
    dead, alive = make_receiver(), make_receiver()
    dead.hold()
    service.create_webhook(dead)
    webhook = service.create_webhook(alive)

    events = [service.publish() for _ in range(20)]
    for event in events:
        service.wait_delivered(webhook, event)
    assert len(dead.arrivals()) <= 2  # never more than half of the senders
