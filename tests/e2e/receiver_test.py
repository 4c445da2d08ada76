"""The receiver of these tests: it judges what arrives, so it is judged first."""

import base64
import contextlib
import datetime
import threading
import urllib.request

from standardwebhooks import Webhook

from receiver import Receiver
from waiting import eventually

SECRET, OTHER = (f"whsec_{base64.b64encode(letter * 32).decode()}" for letter in (b"s", b"o"))


def post(receiver, path="/hooks"):
    now = datetime.datetime.now(datetime.timezone.utc)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("evt_1", now, "{}"),
    }
    with contextlib.suppress(ConnectionError):  # a receiver that closes may cut it before it answers
        urllib.request.urlopen(urllib.request.Request(receiver.url(path), b"{}", headers)).close()


def post_aside(receiver, **options):
    thread = threading.Thread(target=post, args=(receiver,), kwargs=options, daemon=True)
    thread.start()
    eventually(lambda: receiver.unverified() == 1, "the arrival waits for its secret")
    return thread


def test_an_arrival_that_overtakes_its_secret_waits_for_it(make_receiver):
    receiver = make_receiver()
    receiver.trust(OTHER)
    early = post_aside(receiver)
    assert receiver.arrivals() == []
    receiver.trust(SECRET, "/another-path")
    assert receiver.unverified() == 1
    receiver.trust(SECRET)
    early.join()
    [arrival] = receiver.arrivals()
    assert arrival.signature_error is None


def test_what_nobody_can_verify_is_told_when_the_receiver_closes():
    receiver = Receiver()
    receiver.trust(OTHER)
    unsigned = post_aside(receiver)
    receiver.close()
    unsigned.join()
    [arrival] = receiver.arrivals()
    assert arrival.signature_error == "No matching signature found"


def test_a_path_that_nobody_told_a_secret_for_is_named():
    receiver = Receiver()
    stray = post_aside(receiver, path="/stray")
    receiver.close()
    stray.join()
    [arrival] = receiver.arrivals()
    assert "nobody told" in arrival.signature_error
