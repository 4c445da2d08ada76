"""What one partner learns of another: nothing. Not by answers, counts, conflicts, time or ids."""

import http.client
import re
import statistics
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest

from document import document
from service import example

BODIES = {
    "PUT /webhooks/{id}": {"contract_id": "CTR-2", "url": "https://stranger.example/", "event_types": ["product.added"]},
    "PATCH /webhooks/{id}": {"description": "mine now"},
    "POST /webhooks/{id}/secret/rotate": {"overlap_seconds": 0},
    "POST /webhooks/{id}/test": {"event_type": "product.added"},
    "POST /webhooks/{id}/recover": {
        "since": (datetime.now(timezone.utc) - timedelta(days=1)).isoformat(),
        "until": (datetime.now(timezone.utc) + timedelta(days=1)).isoformat(),
    },
    "POST /deliveries/{id}/retry": {},
}
HEADERS = ({}, {"If-Match": '"1"'}, {"If-Match": '"9"'}, {"If-None-Match": "*"}, {"Idempotency-Key": "once"})


@pytest.fixture
def two_partners(service, receiver):
    """`service.partner` with a webhook and a delivery, and `service.stranger` with a contract of its own."""
    service.webhook = service.create_webhook(receiver)
    service.finished = service.wait_delivered(service.webhook, service.publish())
    service.put_contract("CTR-2", "PTR-2")
    service.stranger = service.caller("partner", "PTR-2")
    return service


def routes_with_an_id(roles):
    for path, item in document()["paths"].items():
        for method in item:
            if "{id}" in path and path.split("/")[1] in roles:
                yield method.upper(), path


def another(thing):
    """An id of the same form that does not exist: its last random characters changed."""
    head, digits = re.fullmatch(r"(.*?)((?:_\d+)?)", thing).groups()
    return head[:-4] + ("0000" if head[-4:] != "0000" else "1111") + digits


def told(answer):
    """An answer as bytes on the wire, but for the moment that it was given."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name != "Date")
    return answer.status, headers, answer.body


def test_every_route_answers_for_anothers_id_as_for_none(two_partners):
    service = two_partners
    known = {"webhooks": service.webhook.id, "deliveries": service.finished["id"]}
    asked = 0
    for method, path in routes_with_an_id(known):
        if method == "PARAMETERS":
            continue
        theirs = known[path.split("/")[1]]
        for headers in HEADERS:
            answers = []
            for thing in (theirs, another(theirs)):
                # A key of its own each: the same one with another path is another request, and says so.
                own = {**headers, "X-Request-Id": "same"}
                if "Idempotency-Key" in own:
                    own["Idempotency-Key"] += thing
                options = {"headers": own}
                if (body := BODIES.get(f"{method} {path}")) is not None:
                    options["json"] = body
                answers.append(service.stranger.call(method, path.replace("{id}", thing), **options))
                asked += 1
            assert answers[0].status == 404, f"{method} {path} {headers}: {answers[0].status} {answers[0].body}"
            assert told(answers[0]) == told(answers[1]), f"{method} {path} {headers}"
    assert asked >= 10 * 2 * len(HEADERS)
    # And nothing came of all that.
    kept = service.partner.get(f"/webhooks/{service.webhook.id}").expect(200).json()
    assert kept["version"] == 1 and kept["status"] == "active"
    assert len(service.deliveries(service.webhook)) == 1


def test_counts_numbers_and_conflicts_tell_nothing(two_partners, receiver):
    service, stranger = two_partners, two_partners.stranger
    empty = stranger.get("/webhooks").expect(200).json()
    assert (empty["total"], empty["data"]) == (0, [])
    filtered = stranger.get("/webhooks", contract_id=service.contract_id, number=1).expect(200).json()
    assert filtered["total"] == 0
    assert [c["id"] for c in stranger.get("/contracts").expect(200).json()["data"]] == ["CTR-2"]
    assert service.webhook.id.encode() not in stranger.get("/webhooks/export").expect(200).body

    # The same URL under one's own contract is no conflict, and numbers begin at one.
    same = {"contract_id": "CTR-2", "url": receiver.url(), "event_types": ["product.added"]}
    mine = stranger.post("/webhooks", same).expect(201).json()
    service._secrets.append(mine["secret"])
    assert mine["number"] == 1

    # Another's contract is refused as one that does not exist; so is moving there.
    for ask in (lambda c: stranger.post("/webhooks", {**same, "contract_id": c}, **{"X-Request-Id": "same"}),
                lambda c: stranger.call("PUT", f"/webhooks/{mine['id']}", json={**same, "contract_id": c},
                                        headers={"X-Request-Id": "same"})):
        theirs, nobodys = ask(service.contract_id), ask("CTR-9999")
        assert theirs.status == 422 and told(theirs) == told(nobodys)

    # Keys of one caller's requests mean nothing to another's.
    key = {"Idempotency-Key": "shared"}
    service.partner.post(f"/webhooks/{service.webhook.id}/test", {}, **key).expect(202)
    stranger.post(f"/webhooks/{service.webhook.id}/test", {}, **key).problem(404)


def test_ids_cannot_be_guessed(two_partners, receiver):
    service = two_partners
    ids = [service.create_webhook(receiver, path=f"/{number}").id for number in range(20)]
    assert all(re.fullmatch(r"wh_[0-9a-v]{26}", one) for one in ids)  # 128 bits
    for place in range(3, 3 + 25):  # no counter, no time, no prefix in common
        assert len({one[place] for one in ids}) > 3, f"place {place} hardly changes"
    assert service.finished["id"].startswith(f"dlv_{service.webhook.id.removeprefix('wh_')}_")


def test_time_tells_nothing(two_partners):
    """Anothers' ids and those of nobody, by turns on one connection: the medians hardly differ."""
    service = two_partners
    address = urlsplit(service.api_address)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    headers = {"Authorization": f"Bearer {service.stranger.key}"}
    theirs = service.webhook.id
    took = {theirs: [], another(theirs): []}
    for turn in range(1200):
        for thing in sorted(took, reverse=turn % 2 == 0):
            begun = time.perf_counter()
            connection.request("GET", f"/webhooks/{thing}", headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 404
            if turn >= 200:  # warm
                took[thing].append(time.perf_counter() - begun)
    connection.close()
    here, nowhere = (statistics.median(times) for times in took.values())
    assert 0.5 < here / nowhere < 2, f"{here * 1e6:.0f} us for another's, {nowhere * 1e6:.0f} us for nobody's"


def test_events_of_one_contract_reach_no_other_partner(two_partners, make_receiver):
    service = two_partners
    other = make_receiver()
    made = service.stranger.post(
        "/webhooks", {"contract_id": "CTR-2", "url": other.url(), "event_types": ["product.added"]}).expect(201).json()
    service._secrets.append(made["secret"])
    other.trust(made["secret"])
    service.wait_delivered(service.webhook, service.publish())
    mark = service.producer.post("/events", {**service.event(), "contract_id": "CTR-2", "data": example("product.added")})
    event = mark.expect(202).json()["id"]
    other.wait_for(event)
    assert [arrival.event_id for arrival in other.arrivals()] == [event]
