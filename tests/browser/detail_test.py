"""One webhook: its log, its picture, and what can be done about what went wrong."""

import re

import pytest
from playwright.sync_api import expect

ADDED, REMOVED = "product.added", "product.removed"


@pytest.fixture
def webhook(service, receiver):
    return service.create_webhook(receiver, ADDED, REMOVED)


def log(portal):
    return portal.page.get_by_role("list", name="Deliveries, newest first").locator("> li")


def open_detail(open_portal, webhook, more=""):
    portal = open_portal(f"?webhook={webhook.id}{more}")
    expect(portal.page.get_by_role("heading", name=f"Webhook {webhook.number}", exact=True)).to_be_visible()
    return portal


def test_deliveries_show_their_attempts_and_answers(service, receiver, webhook, open_portal):
    receiver.answer_by(lambda arrival: 503 if len(receiver.arrivals(arrival.event_id)) == 1 else 200)
    service.wait_delivered(webhook, service.publish(ADDED, subject="product/PR-7"))
    portal = open_detail(open_portal, webhook)
    row = log(portal).first
    for text in ["#1", "Delivered", "Product Added", "product/PR-7", "2 attempts"]:
        expect(row).to_contain_text(text)
    row.get_by_role("button", name="Attempts of delivery 1").click()
    attempts = row.locator(".attempts > li")
    expect(attempts).to_have_count(2)
    expect(attempts.nth(0)).to_contain_text("HTTP 503")
    expect(attempts.nth(1)).to_contain_text("HTTP 200")
    expect(attempts.nth(1)).to_contain_text("by schedule")
    expect(portal.page.get_by_role("img", name=re.compile("The delivery listed below: 1 delivered"))).to_be_visible()


def test_the_log_filters_and_the_address_keeps_it(service, webhook, open_portal):
    service.wait_delivered(webhook, service.publish(ADDED, subject="product/A"))
    service.wait_delivered(webhook, service.publish(REMOVED, subject="product/B"))
    portal = open_detail(open_portal, webhook)
    expect(log(portal)).to_have_count(2)
    filters = portal.page.get_by_role("search", name="Filter deliveries")
    for label, choose, value, expected in [
        ("Event type", "select_option", REMOVED, ["product/B"]),
        ("Subject", "fill", "product/A", ["product/A"]),
        ("State", "select_option", "failed", []),
        ("Until", "fill", "2020-01-01T00:00", []),
        ("From", "fill", "2020-01-01T00:00", ["product/B", "product/A"]),
    ]:
        field = filters.get_by_label(label)
        getattr(field, choose)(value)
        field.blur()
        expect(log(portal)).to_have_count(len(expected))
        for subject, row in zip(expected, log(portal).all(), strict=True):
            expect(row).to_contain_text(subject)
        if not expected:
            expect(portal.page.get_by_text("No delivery matches these filters.")).to_be_visible()
        portal.page.reload()
        expect(filters.get_by_label(label)).to_have_value(value)
        expect(log(portal)).to_have_count(len(expected))
        portal.page.go_back()
        expect(log(portal)).to_have_count(2)


def test_older_deliveries_come_on_demand(service, receiver, webhook, open_portal):
    events = [service.event(ADDED) for _ in range(70)]
    service.producer.post("/events", {"events": events}).expect(202)
    receiver.wait_for(count=70)
    portal = open_detail(open_portal, webhook)
    expect(log(portal)).to_have_count(50)
    portal.button("Show older").click()
    expect(log(portal)).to_have_count(70)
    expect(portal.button("Show older")).to_be_hidden()


def test_a_delivery_can_be_sent_again(service, receiver, webhook, open_portal):
    event = service.publish(ADDED)
    service.wait_delivered(webhook, event)
    portal = open_detail(open_portal, webhook)
    portal.button("Send again: delivery 1").click()
    portal.expect_toast("Delivery 1 is queued again.")
    receiver.wait_for(event, count=2)
    expect(log(portal).first).to_contain_text("2 attempts")
    expect(log(portal).first).to_contain_text("Delivered")


def test_a_test_event_is_seen_to_arrive(receiver, webhook, open_portal):
    portal = open_detail(open_portal, webhook)
    receiver.hold()
    portal.button("Send test event").click()
    dialog = portal.dialog("Send a test event")
    dialog.get_by_label("Event type").select_option(label="Product Removed")
    expect(dialog.get_by_label("Example data")).to_contain_text("product_id")
    dialog.get_by_role("button", name="Send test event").click()
    expect(dialog.get_by_role("status")).to_contain_text(re.compile("Waiting|Sending"))
    receiver.release()
    expect(dialog.get_by_role("status")).to_contain_text("Delivered")
    expect(dialog.get_by_role("status")).to_contain_text("HTTP 200")
    [arrival] = receiver.wait_for()
    assert arrival.payload["type"] == REMOVED
    dialog.get_by_role("button", name="Close").last.click()
    expect(log(portal)).to_have_count(1)


def test_recovering_counts_before_it_asks(service, webhook, open_portal):
    service.wait_delivered(webhook, service.publish(ADDED))
    service.partner.patch(f"/webhooks/{webhook.id}", {"status": "inactive"}).expect(200)
    missed = [service.publish(ADDED), service.publish(REMOVED)]
    for event in missed:
        service.wait_dispatched(event)
    service.partner.patch(f"/webhooks/{webhook.id}", {"status": "active"}).expect(200)

    portal = open_detail(open_portal, webhook)
    portal.button("Recover").click()
    dialog = portal.dialog("Recover missed events")
    expect(dialog.get_by_role("status")).to_contain_text("2 events that came while the webhook was inactive")
    assert len(service.deliveries(webhook)) == 1
    dialog.get_by_role("button", name="Recover 2").click()
    portal.expect_toast("Queued again: 2 events")
    for event in missed:
        service.wait_delivered(webhook, event)
    expect(log(portal)).to_have_count(3)


def test_nothing_to_recover_cannot_be_confirmed(webhook, open_portal):
    portal = open_detail(open_portal, webhook)
    portal.button("Recover").click()
    dialog = portal.dialog("Recover missed events")
    expect(dialog.get_by_role("status")).to_contain_text("Nothing was missed")
    expect(dialog.get_by_role("button", name="Recover", exact=True)).to_be_disabled()


def test_the_secret_is_shown_and_rotated(service, receiver, webhook, open_portal):
    portal = open_detail(open_portal, webhook)
    portal.button("Signing secret").click()
    first = portal.dialog("Signing secret").get_by_label("Signing secret", exact=True).last.inner_text()
    assert first == service.partner.get(f"/webhooks/{webhook.id}/secret").json()["secret"]
    portal.page.keyboard.press("Escape")

    portal.button("Rotate secret").click()
    dialog = portal.dialog("Rotate the signing secret")
    dialog.get_by_label("Keep the old secret for").select_option("0")
    dialog.get_by_role("button", name="Rotate").click()
    second = portal.dialog("The new signing secret").get_by_label("Signing secret").inner_text()
    assert second != first
    receiver.trust(second)
    service.wait_delivered(webhook, service.publish(ADDED))


def test_why_the_service_turned_it_inactive_is_shown(service, receiver, webhook, open_portal):
    receiver.answer(410)
    service.wait_finished(webhook, service.publish(ADDED))
    portal = open_detail(open_portal, webhook)
    expect(portal.page.get_by_text("The service turned this webhook inactive")).to_be_visible()
    expect(portal.button("Send test event")).to_be_disabled()
    portal.page.get_by_role("switch").click()
    expect(portal.page.get_by_text("The service turned this webhook inactive")).to_have_count(0)
    expect(portal.button("Send test event")).to_be_enabled()


def test_the_log_is_live_without_flicker(service, receiver, webhook, open_portal):
    receiver.hold()
    event = service.publish(ADDED)
    receiver.wait_for(event)
    portal = open_detail(open_portal, webhook)
    row = log(portal).first
    expect(row).to_contain_text("Sending")
    row.get_by_role("button", name="Attempts of delivery 1").click()
    portal.page.evaluate("document.querySelector('.delivery').sameAsBefore = true")
    receiver.release()
    expect(row).to_contain_text("Delivered")
    expect(row.locator(".attempts")).to_contain_text("HTTP 200")
    assert portal.page.evaluate("document.querySelector('.delivery').sameAsBefore === true")
    expect(row.get_by_role("button", name="Attempts of delivery 1")).to_be_focused()


def test_a_calm_webhook_is_asked_about_rarely(service, webhook, open_portal):
    service.wait_delivered(webhook, service.publish(ADDED))
    portal = open_detail(open_portal, webhook)
    expect(log(portal).first).to_contain_text("Delivered")
    portal.page.clock.install()
    portal.page.reload()
    expect(log(portal)).to_have_count(1)
    portal.wait_idle()
    asked = []
    portal.page.on("request", lambda request: asked.append(request.url))
    # Every 15 s. The clock goes on by itself too, so that this cannot be told to the second.
    portal.page.clock.run_for(5_000)
    assert asked == []
    with portal.page.expect_response(lambda response: response.status == 304):
        portal.page.clock.run_for(11_000)


def test_what_does_not_exist_is_said(open_portal):
    portal = open_portal("?webhook=wh_00000000000000000000000000")
    expect(portal.page.get_by_role("alert").filter(has_text="There is no such webhook")).to_be_visible()


def test_it_can_be_edited_and_deleted_from_here(service, webhook, open_portal):
    portal = open_detail(open_portal, webhook)
    portal.button("Edit", exact=True).click()
    portal.dialog().get_by_text("Advanced").click()
    portal.dialog().get_by_label("Description").fill("seen from its own view")
    portal.dialog().get_by_role("button", name="Save").click()
    expect(portal.page.get_by_text("seen from its own view")).to_be_visible()
    portal.button("Delete", exact=True).click()
    portal.dialog().get_by_role("button", name="Delete", exact=True).click()
    expect(portal.page.get_by_text("No webhooks yet")).to_be_visible()
