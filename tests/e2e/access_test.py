"""Keys, and what every answer says to browsers."""

import http.client
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest

from api import Caller
from document import document
from waiting import eventually

ORIGIN = "https://spa.example"
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def key_of(service, **fields):
    made = service.admin.post("/api-keys", fields).expect(201)
    service._keys.append(made.json()["key"])
    return made, Caller(lambda: service.api_address, made.json()["key"])


def listed(service, key_id):
    return next(key for key in service.admin.get("/api-keys").expect(200).json()["data"] if key["id"] == key_id)


def test_a_key_ends_when_it_says(service):
    ends = datetime.now(timezone.utc) + timedelta(hours=1)
    made, short = key_of(service, role="producer", expires_at=ends.isoformat())
    key = made.json()["id"]
    assert abs(datetime.fromisoformat(listed(service, key)["expires_at"]) - ends) < timedelta(seconds=1)
    short.get("/event-types").expect(200)
    # Sooner now: a key made for a second or two might have ended before it was asked for.
    ends = time.time_ns() // 1_000_000 + 1_000
    service.sql("UPDATE api_key SET expires_at = ? WHERE id = ?", ends, key)
    eventually(lambda: short.get("/event-types").status == 401, "the key has expired")
    assert time.time_ns() // 1_000_000 >= ends
    service.admin.post("/api-keys", {"role": "producer", "expires_at": "2020-01-01T00:00:00Z"}).problem(422)


def test_the_last_use_of_a_key_is_shown(service):
    made, caller = key_of(service, role="partner", partner_id=service.partner_id)
    assert listed(service, made.json()["id"])["last_used_at"] is None
    caller.get("/webhooks").expect(200)
    used = eventually(lambda: listed(service, made.json()["id"])["last_used_at"], "the use is noted")
    assert abs(datetime.now(timezone.utc) - datetime.fromisoformat(used)) < timedelta(minutes=2)


def test_a_revoked_key_is_refused_on_connections_that_are_open(service):
    made, caller = key_of(service, role="partner", partner_id=service.partner_id)
    address = urlsplit(service.api_address)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)

    def status():
        connection.request("GET", "/webhooks", headers={"Authorization": f"Bearer {caller.key}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    assert status() == 200
    service.admin.delete(f"/api-keys/{made.json()['id']}").expect(204)
    assert status() == 401
    connection.close()


def test_what_shows_a_key_or_a_secret_is_kept_by_no_cache(service, receiver):
    webhook = {"contract_id": service.contract_id, "url": receiver.url(), "event_types": ["product.added"]}
    again = {"Idempotency-Key": "once"}
    shown = [key_of(service, role="producer")[0]]
    for _ in range(2):  # the second is a replay
        shown.append(service.partner.post("/webhooks", webhook, **again).expect(201))
    path = f"/webhooks/{shown[-1].json()['id']}/secret"
    shown += [service.partner.get(path).expect(200), service.partner.post(f"{path}/rotate", {}).expect(200)]
    service._secrets += [answer.json()["secret"] for answer in shown[1:]]
    for answer in shown:
        assert answer.headers.get_all("Cache-Control") == ["no-store"]


def test_every_answer_has_the_security_headers(service):
    answers = [
        service.partner.get("/webhooks").expect(200),
        service.partner.get("/webhooks/export").expect(200),
        service.partner.get("/webhooks/wh_none").expect(404),
        service.anonymous("GET", "/webhooks").expect(401),
        service.anonymous("GET", "/openapi.yaml").expect(200),
        service.anonymous("GET", "/nothing").expect(404),
        service.anonymous("DELETE", "/webhooks").expect(405),
        service.anonymous("OPTIONS", "/webhooks").expect(204),
        service.anonymous("GET", "/%zz").expect(400),  # made by the edge
        service.partner.call("POST", "/webhooks", body="x" * (300 << 10)).expect(413),
    ]
    for answer in answers:
        for name, value in SECURITY.items():
            assert answer.headers.get_all(name) == [value], f"{answer.status}: {name}"
    page = service.anonymous("GET", "/").expect(200)
    assert page.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    [policy] = page.headers.get_all("Content-Security-Policy")
    assert "script-src 'self'" in policy and "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("origin, allowed", [(ORIGIN, True), ("https://evil.example", False), ("null", False)])
def test_every_route_answers_a_preflight(start_service, origin, allowed):
    service = start_service(api_options=("--cors-origin", ORIGIN))
    for path, item in document()["paths"].items():
        methods = {method.upper() for method in item} & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        for method in methods:
            asked = {"Origin": origin, "Access-Control-Request-Method": method,
                     "Access-Control-Request-Headers": "authorization,content-type"}
            answer = service.anonymous("OPTIONS", path.replace("{id}", "x").replace("{file}", "x"), headers=asked)
            assert answer.status == 204 and not answer.body
            if not allowed:
                assert not [name for name in answer.headers if name.startswith("Access-Control")]
                continue
            assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
            assert method in answer.headers["Access-Control-Allow-Methods"]
            assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    refused = service.anonymous("GET", "/webhooks", headers={"Origin": origin}).expect(401)
    exposed = refused.headers["Access-Control-Expose-Headers"]
    assert (exposed is not None) == allowed
    if allowed:
        for name in ("RateLimit", "RateLimit-Policy", "Retry-After", "ETag", "Location", "Content-Disposition"):
            assert name in exposed
