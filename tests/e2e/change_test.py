"""What partners change holds at once, for what the worker had already taken in hand too."""

import pytest

from waiting import eventually

WARMED_UP = 100


def claims(service):
    """The tokens of all that the worker has claimed."""
    return {token for (token,) in service.sql("SELECT token FROM claim")}


@pytest.fixture
def in_hand(start_service, receiver):
    """A service whose worker holds many claims of one webhook, only some of which it could begin."""
    service = start_service(senders=8)
    webhook = service.create_webhook(receiver, delivery_order="any")
    service.publish_many(WARMED_UP)
    eventually(lambda: service.backlog() == 0, "the webhook is known to be fast")
    receiver.hold()
    events = service.publish_many(100)
    receiver.wait_for(count=WARMED_UP + 1)
    eventually(lambda: len(claims(service)) > len(begun(receiver)) + 3, "the worker claims ahead")
    return service, webhook, events


def begun(receiver):
    return [arrival.event_id for arrival in receiver.arrivals()[WARMED_UP:]]


def wait_until_only_these_are_held(service, receiver):
    """Until the worker holds only what it has begun, none of which is answered; returns the events of that."""
    eventually(
        lambda: service.metric("webhooks_attempts_in_flight") == len(begun(receiver)), "the rest has been given back"
    )
    return begun(receiver)


def test_nothing_more_is_begun_once_a_webhook_is_inactive(in_hand, receiver):
    service, webhook, events = in_hand
    service.partner.patch(f"/webhooks/{webhook.id}", {"status": "inactive"}).expect(200)
    sent = wait_until_only_these_are_held(service, receiver)
    receiver.release()
    eventually(lambda: service.backlog() == 0, "everything has ended")
    assert begun(receiver) == sent
    for event in events:
        state = service.delivery(webhook, event)["state"]
        assert state == ("delivered" if event in sent else "cancelled")


def test_nothing_more_is_begun_once_a_contract_is_inactive(in_hand, receiver):
    service, _, events = in_hand
    service.put_contract(service.contract_id, service.partner_id, active=False)
    sent = wait_until_only_these_are_held(service, receiver)
    receiver.release()
    eventually(lambda: not claims(service), "what was under way has ended")
    assert begun(receiver) == sent
    service.put_contract(service.contract_id, service.partner_id)
    eventually(lambda: service.backlog() == 0, "the rest waited for the contract")
    assert sorted(begun(receiver)) == sorted(events)


def test_nothing_more_is_begun_once_a_webhook_is_deleted(in_hand, receiver):
    service, webhook, _ = in_hand
    service.partner.delete(f"/webhooks/{webhook.id}").expect(204)
    sent = wait_until_only_these_are_held(service, receiver)
    receiver.release()
    eventually(lambda: service.metric("webhooks_attempts_in_flight") == 0, "what was under way has ended")
    assert begun(receiver) == sent
    assert service.metric("webhooks_settlements_lost_total") == 0
    eventually(lambda: service.sql("SELECT count(*) FROM delivery") == [(0,)], "its log is removed")


def wait_until_taken_anew(service, receiver, before):
    """Until nothing is held as it was claimed then but what has been begun; returns the events of that."""
    eventually(lambda: len(claims(service) & before) == len(begun(receiver)), "the rest has been claimed anew")
    return begun(receiver)


def test_what_is_not_begun_goes_to_the_new_endpoint(in_hand, receiver, make_receiver):
    service, webhook, events = in_hand
    elsewhere = make_receiver()
    elsewhere.trust(webhook.secret)
    before = claims(service)
    service.partner.patch(f"/webhooks/{webhook.id}", {"url": elsewhere.url()}).expect(200)
    sent = wait_until_taken_anew(service, receiver, before)
    receiver.release()
    eventually(lambda: service.backlog() == 0, "everything is sent")
    assert begun(receiver) == sent
    assert sorted(sent + [arrival.event_id for arrival in elsewhere.arrivals()]) == sorted(events)


def test_what_is_not_begun_is_signed_with_the_new_secret(in_hand, receiver):
    service, webhook, events = in_hand
    before = claims(service)
    rotated = service.partner.post(f"/webhooks/{webhook.id}/secret/rotate", {"overlap_seconds": 0}).expect(200).json()
    wait_until_taken_anew(service, receiver, before)
    receiver.forget_secrets()
    receiver.trust(rotated["secret"])
    receiver.release()
    eventually(lambda: service.backlog() == 0, "everything is sent")
    assert sorted(begun(receiver)) == sorted(events)
