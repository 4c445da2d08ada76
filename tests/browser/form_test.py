"""Adding and editing: inline errors, nothing typed lost, the secret, and two people at once."""

import re

import pytest
from playwright.sync_api import expect

URL = "https://partner.example/hooks"


def test_a_new_webhook_appears_with_its_secret_shown_once(service, receiver, open_portal):
    portal = open_portal()
    portal.button("Add webhook").first.click()
    portal.fill_form(service.contract_id, receiver.url(), ["Product Added", "Flight Delay Status Change"])
    expect(portal.dialog()).to_contain_text("A new product becomes available under the contract.")
    portal.dialog().get_by_role("button", name="Save").click()

    dialog = portal.dialog("Webhook 1 is ready")
    secret = dialog.get_by_label("Signing secret").inner_text()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    expect(dialog).to_contain_text("How to verify")
    dialog.get_by_role("button", name="Done").click()
    expect(portal.rows).to_have_count(1)
    expect(portal.row(receiver.url())).to_have_class(re.compile("is-new"))
    assert secret not in portal.page.content()

    # It is the secret that deliveries are signed with: the receiver refuses any other.
    receiver.trust(secret)
    [arrival] = receiver.wait_for(service.publish("product.added"))
    assert arrival.signature_error is None


def test_the_copy_button_copies_the_secret(service, open_portal, make_context):
    context = make_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service.api_address)
    portal = open_portal(context=context)
    portal.button("Add webhook").first.click()
    portal.fill_form(service.contract_id, URL, ["Product Added"])
    portal.dialog().get_by_role("button", name="Save").click()
    secret = portal.dialog().get_by_label("Signing secret").inner_text()
    portal.dialog().get_by_role("button", name="Copy").click()
    expect(portal.dialog().get_by_role("button", name="Copied")).to_be_visible()
    assert portal.page.evaluate("navigator.clipboard.readText()") == secret


def test_errors_stand_beside_their_fields_and_nothing_is_lost(service, open_portal):
    portal = open_portal()
    portal.button("Add webhook").first.click()
    dialog = portal.dialog("Add webhook")
    dialog.get_by_label("URL").fill("ftp://partner.example/hooks")
    dialog.get_by_text("Advanced").click()
    dialog.get_by_label("Description").fill("typed with care")
    dialog.get_by_role("button", name="Save").click()

    url = dialog.get_by_label("URL")
    expect(url).to_have_attribute("aria-invalid", "true")
    expect(url).to_have_accessible_description(re.compile("must", re.I))
    expect(dialog.get_by_role("group", name="Event types")).to_contain_text("at least one")
    expect(dialog.get_by_label("Contract ID")).to_be_focused()
    expect(url).to_have_value("ftp://partner.example/hooks")
    expect(dialog.get_by_label("Description")).to_have_value("typed with care")

    portal.fill_form(service.contract_id, URL, ["Product Added"])
    dialog.get_by_role("button", name="Save").click()
    expect(portal.dialog("Webhook 1 is ready")).to_be_visible()
    assert service.partner.get("/webhooks").json()["data"][0]["description"] == "typed with care"


def test_a_second_webhook_for_the_same_is_refused_beside_the_url(service, open_portal):
    webhook = {"contract_id": service.contract_id, "url": URL, "event_types": ["product.added"]}
    service.partner.post("/webhooks", webhook).expect(201)
    portal = open_portal()
    portal.button("Add webhook").first.click()
    portal.fill_form(service.contract_id, URL, ["Product Added"])
    portal.dialog().get_by_role("button", name="Save").click()
    expect(portal.dialog().get_by_label("URL")).to_have_accessible_description(re.compile("already"))


def test_a_lost_answer_makes_no_second_webhook(service, open_portal):
    portal = open_portal()
    portal.button("Add webhook").first.click()
    portal.fill_form(service.contract_id, URL, ["Product Added"])
    lost = []

    def lose_the_first_answer(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    portal.page.route("**/webhooks", lose_the_first_answer)
    save = portal.dialog().get_by_role("button", name="Save")
    save.click()
    expect(portal.dialog().get_by_role("alert")).to_contain_text("cannot be reached")
    save.click()
    expect(portal.dialog("Webhook 1 is ready")).to_be_visible()
    assert service.partner.get("/webhooks").json()["total"] == 1


def test_leaving_with_something_typed_asks_first(service, open_portal):
    portal = open_portal()
    portal.button("Add webhook").first.click()
    portal.fill_form(url=URL)
    portal.page.keyboard.press("Escape")
    expect(portal.dialog()).to_contain_text("Discard what you typed?")
    portal.button("Keep editing").click()
    expect(portal.dialog().get_by_label("URL")).to_have_value(URL)
    portal.dialog().get_by_role("button", name="Cancel").click()
    portal.button("Discard").click()
    expect(portal.dialog()).to_have_count(0)


def test_a_long_list_of_contracts_can_be_searched(service, open_portal):
    for number in range(2000, 2040):
        service.put_contract(f"CTR-{number}", service.partner_id)
    portal = open_portal()
    portal.button("Add webhook").first.click()
    field = portal.dialog().get_by_role("combobox", name="Contract ID")
    field.press_sequentially("2031")
    expect(portal.dialog().get_by_role("option")).to_have_count(1)
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("CTR-2031")
    expect(portal.dialog().get_by_role("listbox")).to_have_count(0)
    portal.fill_form(url=URL, types=["Product Added"])
    portal.dialog().get_by_role("button", name="Save").click()
    expect(portal.dialog("Webhook 1 is ready")).to_be_visible()
    assert service.partner.get("/webhooks").json()["data"][0]["contract_id"] == "CTR-2031"


@pytest.fixture
def one(service):
    webhook = {
        **{"contract_id": service.contract_id, "url": URL, "event_types": ["product.added"]},
        **{"delivery_order": "latest", "description": "first"},
    }
    return service.partner.post("/webhooks", webhook).expect(201).json()


def test_editing_begins_with_the_present_values(service, one, open_portal):
    portal = open_portal()
    portal.button("Edit webhook 1").click()
    dialog = portal.dialog("Edit webhook 1")
    expect(dialog.get_by_label("Contract ID")).to_have_value(service.contract_id)
    expect(dialog.get_by_label("URL")).to_have_value(URL)
    expect(dialog.get_by_label("Product Added")).to_be_checked()
    expect(dialog.get_by_label("Latest only")).to_be_checked()
    expect(dialog.get_by_label("Description")).to_have_value("first")
    dialog.get_by_label("URL").fill(URL + "/2")
    dialog.get_by_label("Inactive").check()
    dialog.get_by_role("button", name="Save").click()
    expect(portal.dialog()).to_have_count(0)
    expect(portal.row(URL + "/2").get_by_role("switch")).not_to_be_checked()


def test_two_tabs_in_conflict_overwrite_nothing(service, one, open_portal):
    mine, theirs = open_portal(), open_portal()
    for portal in (mine, theirs):
        portal.button("Edit webhook 1").click()
        portal.dialog("Edit webhook 1").wait_for()
    theirs.dialog().get_by_label("URL").fill("https://theirs.example/")
    theirs.dialog().get_by_label("Product Removed").check()
    theirs.dialog().get_by_role("button", name="Save").click()
    expect(theirs.dialog()).to_have_count(0)

    mine.dialog().get_by_label("URL").fill("https://mine.example/")
    mine.dialog().get_by_label("Description").fill("mine")
    mine.dialog().get_by_role("button", name="Save").click()
    notice = mine.dialog().get_by_role("alert")
    expect(notice).to_contain_text("Somebody else has changed this webhook")
    expect(notice).to_contain_text("https://theirs.example/ – you changed it too")
    expect(notice).to_contain_text("Product Added, Product Removed")
    saved = service.partner.get(f"/webhooks/{one['id']}").json()
    assert (saved["url"], saved["description"]) == ("https://theirs.example/", "first")

    # What both changed stays as it was typed here; what only they changed is theirs.
    notice.get_by_role("button", name="Keep mine").click()
    expect(mine.dialog().get_by_label("URL")).to_have_value("https://mine.example/")
    expect(mine.dialog().get_by_label("Product Removed")).to_be_checked()
    mine.dialog().get_by_role("button", name="Save").click()
    expect(mine.dialog()).to_have_count(0)
    saved = service.partner.get(f"/webhooks/{one['id']}").json()
    assert (saved["url"], saved["description"]) == ("https://mine.example/", "mine")
    assert saved["event_types"] == ["product.added", "product.removed"]


def test_a_webhook_deleted_meanwhile_is_said(service, one, open_portal):
    portal = open_portal()
    portal.button("Edit webhook 1").click()
    portal.dialog().get_by_label("URL").fill("https://mine.example/")
    service.partner.delete(f"/webhooks/{one['id']}").expect(204)
    portal.dialog().get_by_role("button", name="Save").click()
    expect(portal.dialog().get_by_role("alert")).to_contain_text("no such webhook")
    expect(portal.dialog().get_by_label("URL")).to_have_value("https://mine.example/")
