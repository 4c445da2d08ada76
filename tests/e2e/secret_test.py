"""Signing secrets, and what a partner may ask the worker to do by hand."""

from datetime import datetime, timedelta, timezone


def signatures(arrival):
    return arrival.headers["webhook-signature"].split()


def rfc3339(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_rotated_secret_overlaps_with_the_old_one(service, receiver):
    webhook = service.create_webhook(receiver)
    path = f"/webhooks/{webhook.id}/secret"
    assert service.partner.get(path).expect(200).json()["secret"] == webhook.secret

    rotated = service.partner.post(f"{path}/rotate", {}).expect(200).json()
    assert rotated["secret"] != webhook.secret
    [arrival] = receiver.wait_for(service.publish())
    assert len(signatures(arrival)) == 2  # and the receiver, which knows only the old secret, accepts it


def test_a_secret_rotated_without_overlap_signs_alone(service, receiver):
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())

    rotated = service.partner.post(f"/webhooks/{webhook.id}/secret/rotate", {"overlap_seconds": 0}).expect(200)
    receiver.forget_secrets()
    receiver.trust(rotated.json()["secret"])
    event = service.publish()
    [arrival] = receiver.wait_for(event)
    assert arrival.signature_error is None and len(signatures(arrival)) == 1


def test_a_test_event_goes_to_that_webhook_alone(service, receiver):
    tried = service.create_webhook(receiver, "product.added", path="/tried")
    service.create_webhook(receiver, "product.added", path="/other")

    queued = service.partner.post(f"/webhooks/{tried.id}/test", {"event_type": "product.added"}).expect(202).json()
    [arrival] = receiver.wait_for(queued["event_id"])
    assert arrival.path == "/tried"
    delivery = service.wait_delivered(tried, queued["event_id"])
    assert delivery["attempts"][0]["trigger"] == "test"
    assert len(receiver.arrivals()) == 1


def test_a_failed_delivery_can_be_sent_again(start_service, receiver):
    service = start_service(retry_schedule="0s")
    webhook = service.create_webhook(receiver)
    receiver.answer(500)
    event = service.publish()
    failed = service.wait_finished(webhook, event)
    assert failed["state"] == "failed"

    service.partner.post(f"/deliveries/{failed['id']}/retry", {}).expect(202)
    again = service.wait_delivery(webhook, event, lambda d: d["state"] == "delivered", "delivered by hand")
    assert [attempt["trigger"] for attempt in again["attempts"]] == ["schedule", "manual"]


def test_what_an_inactive_webhook_missed_can_be_recovered(service, receiver):
    webhook = service.create_webhook(receiver)
    path = f"/webhooks/{webhook.id}"
    service.partner.patch(path, {"status": "inactive"}).expect(200)
    missed = [service.publish() for _ in range(3)]
    for event in missed:
        service.wait_dispatched(event)
    service.partner.patch(path, {"status": "active"}).expect(200)

    now = datetime.now(timezone.utc)
    window = {"since": rfc3339(now - timedelta(hours=1)), "until": rfc3339(now + timedelta(hours=1))}
    counted = service.partner.post(f"{path}/recover", {**window, "dry_run": True}).expect(200).json()
    assert counted["created"] == 3
    assert receiver.arrivals() == []
    service.partner.post(f"{path}/recover", window).expect(200)
    for event in missed:
        service.wait_delivered(webhook, event)
