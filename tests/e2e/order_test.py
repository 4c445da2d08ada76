"""What order is promised, through everything that could disturb it."""

import random

from waiting import eventually


def publish_all(service, *subjects, event_type="product.added"):
    return service.publish_all(service.event(event_type, subject=f"product/{subject}") for subject in subjects)


def came(receiver):
    return [a.event_id for a in receiver.arrivals()]


def test_by_subject_through_failures_and_restarts(start_service, receiver):
    service = start_service(attempt_timeout="30s", retry_schedule=",".join(["0s"] + ["10ms"] * 30))
    service.create_webhook(receiver)
    dice = random.Random(7)
    receiver.answer_by(lambda _: 200 if dice.random() < 0.7 else 500)
    subjects = [f"PR-{n % 4}" for n in range(60)]
    events = publish_all(service, *subjects)
    for count in (15, 40):
        receiver.wait_for(count=count)
        service.worker.stop()
        service.start_worker()
    eventually(lambda: service.backlog() == 0, "everything is sent")
    for subject in set(subjects):
        in_order = [event for event, of in zip(events, subjects) if of == subject]
        arrived = [a.event_id for a in receiver.arrivals() if a.subject == f"product/{subject}"]
        assert list(dict.fromkeys(arrived)) == in_order
        assert arrived == sorted(arrived, key=in_order.index)  # and no repeat came late


def test_a_manual_retry_keeps_its_place(start_service, receiver):
    service = start_service(retry_schedule="0s,1h")
    webhook = service.create_webhook(receiver)
    first, second, third = publish_all(service, "A", "A", "A")
    service.wait_delivered(webhook, third)
    receiver.answer(500)
    blocked, behind = publish_all(service, "A", "A")
    service.wait_attempted(webhook, blocked)

    again = service.delivery(webhook, first)["id"]
    service.partner.post(f"/deliveries/{again}/retry", {}).expect(202)
    receiver.wait_for(first, count=2)  # it goes before what waits
    waiting = service.delivery(webhook, blocked)["id"]
    service.partner.post(f"/deliveries/{waiting}/retry", {}).expect(202)
    service.wait_delivered(webhook, behind)
    assert came(receiver) == [first, second, third, blocked, first, blocked, behind]
    assert [a["trigger"] for a in service.delivery(webhook, first)["attempts"]] == ["schedule", "manual"]


def test_latest_sends_the_newest_alone(start_service, receiver):
    service = start_service(attempt_timeout="30s", retry_schedule="0s,10ms")
    webhook = service.create_webhook(receiver, delivery_order="latest")
    receiver.hold()
    [first] = publish_all(service, "A")
    receiver.wait_for(first)
    stale, other, newest = publish_all(service, "A", "B", "A")
    for event in (stale, other, newest):
        service.wait_dispatched(event)
    receiver.release()
    service.wait_delivered(webhook, newest)

    newest_id = service.delivery(webhook, newest)["id"]
    superseded = service.wait_finished(webhook, stale)
    assert (superseded["state"], superseded["attempts"]) == ("superseded", [])
    assert superseded["reason"] == f"superseded by {newest_id}"
    service.wait_delivered(webhook, other)
    eventually(lambda: service.metric("webhooks_deliveries_superseded_total") == 1, "it is counted")
    assert [event for event in came(receiver) if event != other] == [first, newest]

    refused = service.partner.post(f"/deliveries/{superseded['id']}/retry", {}).problem(409)
    assert refused["type"].endswith("delivery-superseded") and newest_id in refused["detail"]
    service.partner.post(f"/deliveries/{newest_id}/retry", {}).expect(202)  # the newest may go again
    receiver.wait_for(newest, count=2)


def test_any_lets_others_of_its_subject_pass(start_service, receiver):
    service = start_service(retry_schedule="0s,1h")
    webhook = service.create_webhook(receiver, delivery_order="any")
    receiver.answer(500)
    stuck, *others = publish_all(service, "A", "A", "A", "A")
    for event in others:
        service.wait_delivered(webhook, event)
    assert service.delivery(webhook, stuck)["state"] == "pending"


def recover(service, webhook, key=None, **fields):
    body = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", **fields}
    headers = {"Idempotency-Key": key} if key else {}
    return service.partner.post(f"/webhooks/{webhook.id}/recover", body, **headers).expect(200).json()


def test_what_a_broken_webhook_missed_comes_back_in_order_and_once(start_service, receiver):
    service = start_service(retry_schedule="0s")
    webhook = service.create_webhook(receiver)
    [delivered] = publish_all(service, "A")
    service.wait_delivered(webhook, delivered)
    receiver.answer(500)
    [failed] = publish_all(service, "A")
    assert service.wait_finished(webhook, failed)["state"] == "failed"
    receiver.answer(410)  # the endpoint gives up, and its webhook goes to sleep
    [gone] = publish_all(service, "A")
    assert service.wait_finished(webhook, gone)["state"] == "failed"
    missed = publish_all(service, "B", "A", "A")
    assert [service.wait_dispatched(event)["matched"] for event in missed] == [0, 0, 0]

    service.partner.post(
        f"/webhooks/{webhook.id}/recover", {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    ).problem(409)
    service.partner.patch(f"/webhooks/{webhook.id}", {"status": "active"}).expect(200)
    counted = recover(service, webhook, dry_run=True)
    assert (counted["requeued"], counted["created"]) == (2, 3)
    assert recover(service, webhook, key="counting", dry_run=True) == counted
    done = recover(service, webhook, key="once")
    assert {**done, "dry_run": True} == counted
    for event in (failed, gone, *missed):
        service.wait_delivered(webhook, event)
    tail = [a for a in receiver.arrivals()][3:]
    assert [a.event_id for a in tail if a.subject == "product/A"] == [failed, gone, *missed[1:]]
    assert [a.event_id for a in tail if a.subject == "product/B"] == [missed[0]]
    assert came(receiver).count(delivered) == 1
    assert recover(service, webhook)["requeued"] + recover(service, webhook)["created"] == 0
    assert recover(service, webhook, key="once") == done  # the first answer, of looks as of writes
    assert recover(service, webhook, key="counting", dry_run=True) == counted
