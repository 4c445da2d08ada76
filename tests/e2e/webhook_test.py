"""The life of a webhook as its partner sees it."""

import pytest

from service import FINISHED


def test_what_is_created_can_be_read_listed_and_changed(service, receiver):
    made = service.partner.post(
        "/webhooks",
        {
            "contract_id": service.contract_id,
            "url": receiver.url(),
            "event_types": ["product.added", "product.removed"],
            "description": "stock keeping",
        },
    ).expect(201)
    webhook = made.json()
    path = f"/webhooks/{webhook['id']}"
    assert made.headers["Location"].endswith(path)
    assert webhook["secret"].startswith("whsec_")
    assert (webhook["number"], webhook["status"], webhook["delivery_order"]) == (1, "active", "by_subject")

    read = service.partner.get(path).expect(200)
    assert read.headers["ETag"] == made.headers["ETag"]
    assert "secret" not in read.json()
    assert read.json() == {key: value for key, value in webhook.items() if key != "secret"}

    listed = service.partner.get("/webhooks", url="HOOKS", sort="-number").expect(200).json()
    assert (listed["total"], listed["data"]) == (1, [read.json()])

    changed = service.partner.patch(path, {"event_types": ["product.updated"]}).expect(200)
    assert changed.json()["event_types"] == ["product.updated"]
    assert changed.headers["ETag"] != read.headers["ETag"]
    stale = service.partner.call("DELETE", path, headers={"If-Match": read.headers["ETag"]})
    stale.problem(412)


def test_every_bad_field_is_named_at_once(service):
    bad = {"contract_id": "CTR-UNKNOWN", "url": "ftp://example.com/", "event_types": [], "colour": "red"}
    answer = service.partner.post("/webhooks", bad)
    assert answer.bad_fields(answer.status) >= {"url", "event_types", "colour"}
    assert answer.status in (400, 422)


def test_a_second_webhook_for_the_same_endpoint_and_type_names_the_first(service, receiver):
    first = service.create_webhook(receiver, "product.added")
    second = {
        "contract_id": service.contract_id,
        "url": receiver.url(),
        "event_types": ["product.removed", "product.added"],
    }
    problem = service.partner.post("/webhooks", second)
    problem.problem(409)
    assert first.id in problem.body.decode()


def test_an_inactive_webhook_is_not_sent_to(service, receiver):
    webhook = service.create_webhook(receiver)
    service.partner.patch(f"/webhooks/{webhook.id}", {"status": "inactive"}).expect(200)
    event = service.publish()
    assert service.wait_dispatched(event)["matched"] == 0

    service.partner.patch(f"/webhooks/{webhook.id}", {"status": "active"}).expect(200)
    service.wait_delivered(webhook, service.publish())
    assert receiver.arrivals(event) == []


def test_webhooks_of_an_inactive_contract_are_not_sent_to(service, receiver):
    service.create_webhook(receiver)
    service.put_contract(service.contract_id, service.partner_id, active=False)
    assert service.wait_dispatched(service.publish())["matched"] == 0
    assert receiver.arrivals() == []


def test_turning_a_webhook_inactive_cancels_what_waits(start_service, receiver):
    service = start_service(retry_schedule="0s,1h")
    webhook = service.create_webhook(receiver)
    receiver.answer(500)
    event = service.publish()
    service.wait_attempted(webhook, event)

    service.partner.patch(f"/webhooks/{webhook.id}", {"status": "inactive"}).expect(200)
    delivery = service.wait_finished(webhook, event)
    assert delivery["state"] == "cancelled"
    assert len(receiver.arrivals()) == 1


def test_a_deleted_webhook_is_gone_with_its_waiting_deliveries(start_service, make_receiver):
    service = start_service(retry_schedule="0s,100ms,100ms,100ms,1h")
    doomed, other = make_receiver(), make_receiver()
    webhook = service.create_webhook(doomed)
    witness = service.create_webhook(other)
    doomed.answer_by(lambda _: 500)
    event = service.publish()
    delivery = service.wait_attempted(webhook, event)

    service.partner.delete(f"/webhooks/{webhook.id}").expect(204)
    arrived = len(doomed.arrivals())
    service.partner.get(f"/webhooks/{webhook.id}").problem(404)
    service.partner.get(f"/webhooks/{webhook.id}/deliveries").problem(404)
    service.partner.get(f"/deliveries/{delivery['id']}").problem(404)
    service.wait_delivered(witness, service.publish())
    assert len(doomed.arrivals()) <= arrived + 1  # one may have been on its way


def test_another_partners_webhook_does_not_exist(service, receiver):
    webhook = service.create_webhook(receiver)
    event = service.publish()
    delivery = service.wait_delivered(webhook, event)
    service.put_contract("CTR-2002", "PTR-2")
    stranger = service.caller("partner", "PTR-2")

    path = f"/webhooks/{webhook.id}"
    whole = {"contract_id": "CTR-2002", "url": receiver.url(), "event_types": ["product.added"]}
    attempts = [
        stranger.get(path),
        stranger.put(path, whole),
        stranger.patch(path, {"status": "inactive"}),
        stranger.delete(path),
        stranger.get(f"{path}/deliveries"),
        stranger.get(f"/deliveries/{delivery['id']}"),
    ]
    for answer in attempts:
        answer.problem(404)
    assert stranger.get("/webhooks").expect(200).json()["total"] == 0
    assert [c["id"] for c in stranger.get("/contracts").expect(200).json()["data"]] == ["CTR-2002"]
    in_a_contract_of_the_other = {**whole, "contract_id": service.contract_id}
    assert stranger.post("/webhooks", in_a_contract_of_the_other).status in (404, 422)

    unknown = stranger.get("/webhooks/wh_unknown").problem(404)
    own = {"instance": None, "request_id": None}
    assert {**attempts[0].json(), **own} == {**unknown, **own}
    assert service.partner.get(path).expect(200).json()["status"] == "active"


def test_roles_are_kept_apart(service):
    event = service.event()
    service.partner.post("/events", event).problem(403)
    service.producer.get("/webhooks").problem(403)
    service.partner.put("/contracts/CTR-9", {"partner_id": "PTR-1", "name": "n", "active": True}).problem(403)
    for key in (None, "whk_nonsense"):
        answer = service.anonymous("GET", "/webhooks", key=key)
        answer.problem(401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/webhooks?colour=red", "/webhooks?status=asleep", "/webhooks?page_size=201"])
def test_unknown_or_bad_parameters_are_errors(service, path):
    service.partner.get(path).problem(400)


def test_states_of_a_log_are_those_of_the_contract(service, receiver):
    webhook = service.create_webhook(receiver)
    event = service.publish()
    service.wait_delivered(webhook, event)
    [delivered] = service.deliveries(webhook, state="delivered")
    assert delivered["state"] in FINISHED
    assert service.deliveries(webhook, state="failed") == []
