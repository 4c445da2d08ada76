"""An audit by axe-core of every main state, light and dark, wide and narrow."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

AXE = Path(__file__).resolve().parent / "node_modules" / "axe-core" / "axe.min.js"
VIEWPORTS = {"narrow": {"width": 360, "height": 740}, "wide": {"width": 1600, "height": 1000}}


def audit(portal):
    if portal.dialog().count() == 0:
        portal.wait_idle()
    if not portal.page.evaluate("'axe' in window"):
        portal.page.evaluate(AXE.read_text())
    found = portal.page.evaluate("axe.run(document).then((result) => result.violations)")
    assert not found, [(each["id"], each["help"], [node["target"] for node in each["nodes"]]) for each in found]


@pytest.fixture(scope="session", autouse=True)
def axe_is_there():
    assert AXE.is_file(), "axe-core is not installed: npm ci --prefix tests/browser"


@pytest.mark.parametrize("viewport", VIEWPORTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_has_a_violation(service, receiver, make_receiver, open_portal, viewport, scheme):
    options = {"viewport": VIEWPORTS[viewport], "color_scheme": scheme, "reduced_motion": "reduce"}
    portal = open_portal(key="", **options)
    page = portal.page
    portal.dialog("Sign in").wait_for()
    audit(portal)
    page.get_by_label("API key").fill("whk_wrong")
    page.keyboard.press("Enter")
    expect(portal.dialog().get_by_text("not valid")).to_be_visible()
    audit(portal)
    portal.sign_in(service.partner.key)
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    audit(portal)

    webhook = service.create_webhook(receiver, "product.added", description="A description")
    gone = make_receiver()
    gone.answer(410)
    dead = service.create_webhook(gone, "product.removed")
    receiver.answer(503)
    service.wait_delivered(webhook, service.publish("product.added"))
    service.wait_finished(dead, service.publish("product.removed"))
    page.reload()
    expect(portal.rows).to_have_count(2)
    expect(page.locator("svg.health")).to_have_count(2)
    audit(portal)
    if viewport == "narrow":
        portal.button("Filters", exact=True).click()
        audit(portal)

    portal.button("Add webhook").click()
    portal.dialog().get_by_text("Advanced").click()
    audit(portal)
    portal.dialog().get_by_role("button", name="Save").click()
    expect(portal.dialog().locator("[aria-invalid=true]").first).to_be_visible()
    audit(portal)
    portal.fill_form(service.contract_id, "https://partner.example/", ["Product Added"])
    portal.dialog().get_by_role("button", name="Save").click()
    portal.dialog("Webhook 3 is ready").wait_for()
    audit(portal)
    portal.button("Done").click()
    portal.button("Delete webhook 3").click()
    audit(portal)
    portal.page.keyboard.press("Escape")
    page.get_by_role("switch", name="Webhook 3").click()
    page.locator(".toast").first.wait_for()
    audit(portal)

    for one in (webhook, dead):
        portal.open(f"?webhook={one.id}")
        portal.button("Attempts of delivery 1").click()
        page.locator(".attempts").wait_for()
        audit(portal)
    portal.open(f"?webhook={webhook.id}")
    for name in ["Send test event", "Recover", "Signing secret", "Rotate secret"]:
        portal.button(name).click()
        portal.dialog().wait_for()
        audit(portal)
        page.keyboard.press("Escape")
        expect(portal.dialog()).to_have_count(0)
    portal.open("?webhook=wh_none")
    expect(page.get_by_text("There is no such webhook")).to_be_visible()
    audit(portal)
