"""The worker reaches no address that is not globally routable."""

import pytest


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_refused_without_permission(start_service, receiver, host):
    service = start_service(allow_cidr=None)
    webhook = service.create_webhook(receiver, host=host)

    event = service.publish()
    delivery = service.wait_attempted(webhook, event)
    assert delivery["attempts"][0]["error"] == "blocked_address"
    assert delivery["attempts"][0]["status_code"] is None
    assert receiver.arrivals() == []
