"""The table: what it shows, and every way to another view of it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

FLIGHT, ADDED, UPDATED, REMOVED = (
    *("flight_delay.status_changed", "product.added"),
    *("product.updated", "product.removed"),
)


def query(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def create(service, count, **settings):
    for number in range(1, count + 1):
        webhook = {
            "contract_id": service.contract_id,
            "url": f"https://host{number:02}.example/hooks",
            "event_types": [ADDED],
            **settings,
        }
        service.partner.post("/webhooks", webhook).expect(201)


@pytest.fixture
def mixed(service):
    service.put_contract("CTR-2002", service.partner_id)
    for contract, url, types, status in [
        ("CTR-1001", "https://alpha.example/hooks", [FLIGHT, ADDED], "active"),
        ("CTR-2002", "https://beta.example/hooks", [ADDED], "inactive"),
        ("CTR-2002", "https://gamma.example/HOOKS", [REMOVED], "active"),
    ]:
        webhook = {"contract_id": contract, "url": url, "event_types": types, "status": status}
        service.partner.post("/webhooks", webhook).expect(201)
    return service


def test_a_row_says_what_the_webhook_is(mixed, open_portal):
    portal = open_portal()
    expect(portal.rows).to_have_count(3)
    row = portal.row("alpha.example")
    for text in ["1", "CTR-1001", "Contract CTR-1001", "Flight Delay Status Change", "Product Added"]:
        expect(row).to_contain_text(text)
    expect(row.get_by_role("switch")).to_be_checked()
    expect(portal.row("beta.example").get_by_role("switch")).not_to_be_checked()
    expect(portal.page.get_by_role("status").filter(has_text="of 3")).to_have_text("1–3 of 3")


def test_every_column_filters_and_the_address_keeps_it(mixed, open_portal):
    portal = open_portal()
    for name, choose, value, expected in [
        ("number", "fill", "2, 3", [3, 2]),
        ("contract", "select_option", "CTR-2002", [3, 2]),
        ("URL", "fill", "ALPHA", [1]),
        ("event type", "select_option", ADDED, [2, 1]),
        ("status", "select_option", "inactive", [2]),
    ]:
        getattr(portal.filter(name), choose)(value)
        expect(portal.rows).to_have_count(len(expected))
        assert portal.numbers() == expected, name
        assert list(query(portal.page).values()) == [value], name
        portal.page.reload()
        expect(portal.rows).to_have_count(len(expected))
        expect(portal.filter(name)).to_have_value(value)
        portal.button("Clear filters").click()
        expect(portal.rows).to_have_count(3)
        assert query(portal.page) == {}


def test_headers_sort_and_say_so(mixed, open_portal):
    portal = open_portal()
    header = portal.page.get_by_role("columnheader").filter(has=portal.button("URL", exact=True))
    portal.button("URL", exact=True).click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(portal.rows.first).to_contain_text("alpha")
    portal.button("URL", exact=True).click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(portal.rows.first).to_contain_text("gamma")
    assert query(portal.page) == {"sort": "-url"}
    portal.button("Status", exact=True).click()
    expect(header).to_have_attribute("aria-sort", "none")


def test_back_and_forward_walk_through_the_views(mixed, open_portal):
    portal = open_portal()
    portal.filter("status").select_option("active")
    expect(portal.rows).to_have_count(2)
    portal.page.get_by_role("link", name="alpha.example").click()
    expect(portal.page.get_by_role("heading", name="Webhook 1")).to_be_focused()
    portal.page.go_back()
    expect(portal.rows).to_have_count(2)
    portal.page.go_back()
    expect(portal.rows).to_have_count(3)
    expect(portal.filter("status")).to_have_value("")
    portal.page.go_forward()
    expect(portal.rows).to_have_count(2)


def test_pages_have_a_total_and_can_be_walked(service, open_portal):
    create(service, 60)
    portal = open_portal()
    expect(portal.rows).to_have_count(25)
    expect(portal.page.get_by_text("1–25 of 60")).to_be_visible()
    portal.button("Next page").click()
    expect(portal.page.get_by_text("26–50 of 60")).to_be_visible()
    portal.button("Last page").click()
    expect(portal.page.get_by_text("51–60 of 60")).to_be_visible()
    expect(portal.rows).to_have_count(10)
    expect(portal.button("Next page")).to_be_disabled()
    portal.page.get_by_label("Webhooks per page").select_option("100")
    expect(portal.rows).to_have_count(60)
    assert query(portal.page) == {"page_size": "100"}


def test_a_page_past_the_end_is_the_last_one(service, open_portal):
    create(service, 3)
    portal = open_portal("?page=7")
    expect(portal.rows).to_have_count(3)
    assert query(portal.page) == {}


def test_no_webhook_and_no_match_are_told_apart(service, open_portal):
    portal = open_portal()
    expect(portal.page.get_by_text("No webhooks yet")).to_be_visible()
    create(service, 1)
    portal.open("?url=nothing")
    expect(portal.page.get_by_text("No webhook matches")).to_be_visible()
    portal.button("Show all").click()
    expect(portal.rows).to_have_count(1)


def test_a_service_that_is_gone_is_said_and_can_be_tried_again(mixed, open_portal):
    portal = open_portal()
    expect(portal.rows).to_have_count(3)
    portal.page.route("**/webhooks?*", lambda route: route.abort())
    portal.filter("status").select_option("active")
    expect(portal.page.get_by_role("alert").filter(has_text="could not be loaded")).to_contain_text("cannot be reached")
    portal.page.unroute("**/webhooks?*")
    portal.button("Try again").click()
    expect(portal.rows).to_have_count(2)


def test_the_status_switches_in_place(mixed, open_portal):
    portal = open_portal()
    switch = portal.row("beta.example").get_by_role("switch")
    switch.click()
    portal.expect_toast("Webhook 2 is active.")  # first, because it goes by itself
    expect(portal.row("beta.example").get_by_role("switch")).to_be_checked()
    assert mixed.partner.get("/webhooks", number=2).json()["data"][0]["status"] == "active"


def test_a_switch_of_something_changed_meanwhile_changes_nothing(mixed, open_portal):
    portal = open_portal()
    expect(portal.rows).to_have_count(3)
    webhook = mixed.partner.get("/webhooks", number=1).json()["data"][0]
    mixed.partner.patch(f"/webhooks/{webhook['id']}", {"description": "changed by a colleague"}).expect(200)
    portal.row("alpha.example").get_by_role("switch").click()
    portal.expect_toast("Somebody else has changed webhook 1")
    expect(portal.row("changed by a colleague").get_by_role("switch")).to_be_checked()


def test_deleting_asks_and_names_the_url(mixed, open_portal):
    portal = open_portal()
    portal.button("Delete webhook 2").click()
    dialog = portal.dialog("Delete webhook 2?")
    expect(dialog).to_contain_text("https://beta.example/hooks")
    expect(dialog).to_contain_text("cannot be undone")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    portal.page.keyboard.press("Escape")
    expect(portal.rows).to_have_count(3)
    expect(portal.button("Delete webhook 2")).to_be_focused()

    portal.button("Delete webhook 2").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    portal.expect_toast("Webhook 2 is deleted.")  # first, because it goes by itself
    expect(portal.rows).to_have_count(2)
    assert mixed.partner.get("/webhooks").json()["total"] == 2


def test_the_bar_shows_how_the_last_deliveries_fared(service, receiver, make_receiver, open_portal):
    webhook = service.create_webhook(receiver)
    gone = make_receiver()
    gone.answer(410)
    dead = service.create_webhook(gone, UPDATED)
    for _ in range(3):
        service.wait_delivered(webhook, service.publish(ADDED))
    service.wait_finished(dead, service.publish(UPDATED))
    portal = open_portal()
    expect(portal.page.get_by_role("img", name="Last deliveries: 3 delivered")).to_be_visible()
    expect(portal.page.get_by_role("img", name="Last deliveries: 1 failed")).to_be_visible()
    row = portal.rows.filter(has=portal.page.get_by_role("img", name="1 failed"))
    expect(row.get_by_role("switch")).not_to_be_checked()
    expect(row.locator(".reason")).to_be_visible()


def test_a_change_by_others_appears_without_flicker(mixed, open_portal):
    portal = open_portal()
    expect(portal.rows).to_have_count(3)
    portal.page.evaluate("document.querySelectorAll('tbody tr').forEach((row) => { row.sameAsBefore = true; })")
    create(mixed, 1)
    # Coming back to the tab brings the table up to date at once.
    portal.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(portal.rows).to_have_count(4)
    kept = portal.page.evaluate("[...document.querySelectorAll('tbody tr')].filter((row) => row.sameAsBefore).length")
    assert kept == 3
