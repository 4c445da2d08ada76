"""The demo verifies by hand, so it is held to what the official library signs."""

import base64
from datetime import datetime, timedelta, timezone

from demo_receiver import signature_error
from standardwebhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret of thirty-two byt").decode()
BODY = b'{"id":"evt_1"}'


def signed(secret=SECRET, at=None):
    at = at or datetime.now(timezone.utc)
    signature = Webhook(secret).sign("evt_1", at, BODY.decode())
    return {"webhook-id": "evt_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def test_what_the_library_signs_is_accepted():
    assert signature_error(SECRET, signed(), BODY) is None


def test_one_good_signature_among_several_is_enough():
    headers = signed()
    headers["webhook-signature"] = signed(OTHER)["webhook-signature"] + " " + headers["webhook-signature"]
    assert signature_error(SECRET, headers, BODY) is None


def test_everything_else_is_refused():
    assert signature_error(SECRET, signed(OTHER), BODY)
    assert signature_error(SECRET, signed(), BODY + b" ")
    assert signature_error(SECRET, signed() | {"webhook-id": "evt_2"}, BODY)
    assert signature_error(SECRET, signed(at=datetime.now(timezone.utc) - timedelta(hours=1)), BODY)
    assert signature_error(SECRET, {}, BODY)
    assert signature_error(SECRET, signed() | {"webhook-signature": "v1,ü"}, BODY)
