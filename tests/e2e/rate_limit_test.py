"""How often one may ask."""

import re
from concurrent.futures import ThreadPoolExecutor

from api import Caller
from waiting import eventually


def test_who_asks_too_often_is_told_when_to_come_again(start_service):
    service = start_service(rate_limit=5, api_options=("--rate-burst", "3"))
    first = service.partner.get("/webhooks").expect(200)
    assert first.headers["RateLimit-Policy"] == '"default";q=3;w=1'
    assert re.fullmatch(r'"default";r=[012];t=1', first.headers["RateLimit"])

    # Many at once: one after the other they could be as slow as they are allowed to be.
    answers = []

    def refused():
        answers.extend(crowd.map(lambda _: service.partner.get("/webhooks"), range(32)))
        return [answer for answer in answers if answer.status == 429]

    with ThreadPoolExecutor(32) as crowd:
        told = eventually(refused, "the burst is used up")
    for answer in told:
        assert answer.problem(429)["type"].endswith(":rate-limited")
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["RateLimit"].startswith('"default";r=0')
    assert {answer.status for answer in answers} <= {200, 429}

    # Each key has its own; what refuses one does not touch another, nor the platform's.
    another = Caller(lambda: service.api_address, service.create_key("partner", service.partner_id))
    another.get("/webhooks").expect(200)
    service.producer.post("/events", service.event()).expect(202)
    eventually(lambda: service.partner.get("/webhooks").status == 200, "some requests have flowed in again")


def test_no_limit_no_headers(service):
    answer = service.partner.get("/webhooks").expect(200)
    assert answer.headers["RateLimit"] is None and answer.headers["RateLimit-Policy"] is None
