"""Pictures of the page's main states in both widths and both colour schemes, into build/screenshots."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal import Portal
from waiting import eventually

OUT = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDTHS = {"360": (360, 740), "1600": (1600, 1000)}
LABELS = ["Flight Delay Status Change", "Product Added", "Product Updated", "Product Removed"]


def populate(service, receiver, make_receiver):
    for number, name in [(1002, "Nordwind Airlines"), (1003, "Sunway Travel & Tours"), (1004, "Old Harbour")]:
        contract = {"partner_id": "PTR-1", "name": name, "active": number != 1004}
        service.admin.put(f"/contracts/CTR-{number}", contract)
    busy = service.create_webhook(
        receiver,
        *("flight_delay.status_changed", "product.added", "product.updated", "product.removed"),
        description="Booking platform, production",
    )
    flaky = make_receiver()
    flaky.answer_by(lambda arrival: 503 if arrival.payload["sequence"] % 5 == 0 else 200)
    service.create_webhook(flaky, "product.updated", contract_id="CTR-1002")
    gone = make_receiver()
    gone.answer(410)
    service.create_webhook(gone, "product.added", contract_id="CTR-1003")
    for number in range(1, 15):
        webhook = {
            "contract_id": f"CTR-100{number % 4 + 1}",
            "url": f"https://hooks{number}.partner.example/v2/travel/notifications?tenant=eu-central-{number}",
            "event_types": ["product.added", "product.removed", "flight_delay.status_changed"][: number % 3 + 1],
            "status": "inactive" if number % 5 == 0 else "active",
        }
        service.partner.post("/webhooks", webhook).expect(201)
    for number in range(46):
        kind = ["product.added", "product.updated", "product.removed"][number % 3]
        service.publish(kind, subject=f"product/PR-{number % 7}")
    for number in range(30):
        service.publish("product.updated", contract_id="CTR-1002", subject=f"product/PR-{number}")
    service.publish("product.added", contract_id="CTR-1003")
    receiver.answer(500, 500, 500)
    for number in range(6):
        service.publish("product.added", subject=f"product/PX-{number}")
    eventually(lambda: len(service.deliveries(busy, limit=200, state="delivered")) >= 50, "deliveries")
    return busy


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screenshots(service, receiver, make_receiver, make_context, width, scheme):
    OUT.mkdir(parents=True, exist_ok=True)
    context = make_context(
        viewport={"width": WIDTHS[width][0], "height": WIDTHS[width][1]},
        color_scheme=scheme,
        has_touch=width == "360",
        reduced_motion="reduce",
    )
    portal = Portal(context.new_page(), service.api_address)
    page = portal.page

    def shoot(name, full=False):
        page.screenshot(path=OUT / f"{name}-{width}-{scheme}.png", full_page=full)

    portal.open()
    portal.dialog("Sign in").wait_for()
    shoot("sign-in")
    portal.sign_in(service.partner.key)
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    shoot("empty")

    busy = populate(service, receiver, make_receiver)
    page.reload()
    expect(portal.rows).to_have_count(17)
    expect(page.locator("svg.health").first).to_be_visible()
    shoot("list")
    if width == "360":
        portal.button("Filters", exact=True).click()
        shoot("filters")
    portal.open("?url=nothing-has-this")
    expect(page.get_by_text("No webhook matches")).to_be_visible()
    shoot("no-match")

    portal.open()
    portal.button("Add webhook").click()
    shoot("add")
    portal.dialog().get_by_role("button", name="Save").click()
    expect(portal.dialog().locator(".field-error:not(:empty)").first).to_be_visible()
    shoot("add-errors")
    portal.fill_form("CTR-1002", "https://partner.example/webhooks", LABELS[1:3])
    portal.dialog().get_by_role("button", name="Save").click()
    expect(portal.dialog().get_by_label("Signing secret")).to_be_visible()
    shoot("secret")
    portal.dialog().get_by_role("button", name="Done").click()
    expect(page.locator(".is-new")).to_be_visible()
    shoot("added")
    portal.button("Delete webhook 18").click()
    shoot("delete")
    portal.dialog().get_by_role("button", name="Cancel").click()

    portal.open(f"?webhook={busy.id}")
    expect(page.get_by_role("list", name="Deliveries, newest first")).to_be_visible()
    page.locator(".chart svg").wait_for()
    shoot("detail")
    page.get_by_role("button", name="Attempts of delivery 52").click()
    page.locator(".attempts").wait_for()
    shoot("detail-full", full=True)
    portal.button("Send test event").click()
    portal.dialog().get_by_role("button", name="Send test event").click()
    expect(portal.dialog().get_by_text("HTTP 200")).to_be_visible()
    shoot("test")
    portal.dialog().get_by_role("button", name="Close").first.click()
    portal.button("Recover").click()
    expect(portal.dialog().get_by_role("status")).not_to_contain_text("Counting")
    shoot("recover")
    portal.open("?number=3")
    page.get_by_role("link", name="127.0.0.1").click()
    expect(page.get_by_text("turned this webhook inactive")).to_be_visible()
    shoot("turned-inactive")
