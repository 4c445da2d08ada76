"""Everything without a mouse."""

from playwright.sync_api import expect


def tab_to(page, name, most=80):
    """Presses Tab until the focused control has that accessible name."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and name in (focused.get_attribute("aria-label") or focused.inner_text() or ""):
            return focused
    raise AssertionError(f"Tab does not come to {name}")


def test_a_webhook_from_sign_in_to_deletion(service, open_portal):
    portal = open_portal(key="")
    keys = portal.page.keyboard
    expect(portal.page.get_by_label("API key")).to_be_focused()
    keys.type(service.partner.key)
    keys.press("Enter")
    expect(portal.page.get_by_text("No webhooks yet")).to_be_visible()

    tab_to(portal.page, "Add webhook")
    keys.press("Enter")
    expect(portal.dialog().get_by_label("Contract ID")).to_be_focused()
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("https://partner.example/keys")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Enter")
    expect(portal.dialog("Webhook 1 is ready")).to_be_visible()
    expect(portal.button("Done")).to_be_focused()
    keys.press("Enter")
    expect(portal.dialog()).to_have_count(0)
    expect(portal.button("Add webhook")).to_be_focused()

    tab_to(portal.page, "Webhook 1 active")
    keys.press("Space")
    expect(portal.rows.get_by_role("switch")).not_to_be_checked()
    expect(portal.rows.get_by_role("switch")).to_be_focused()

    tab_to(portal.page, "Delete webhook 1")
    keys.press("Enter")
    expect(portal.dialog("Delete webhook 1?")).to_be_visible()
    keys.press("Tab")
    keys.press("Enter")
    expect(portal.page.get_by_text("No webhooks yet")).to_be_visible()


def test_a_dialog_keeps_the_focus_and_gives_it_back(service, open_portal):
    webhook = {"contract_id": service.contract_id, "url": "https://a.example/", "event_types": ["product.added"]}
    service.partner.post("/webhooks", webhook).expect(201)
    portal = open_portal()
    edit = portal.button("Edit webhook 1")
    edit.focus()
    portal.page.keyboard.press("Enter")
    portal.dialog().wait_for()
    outside = """document.activeElement !== document.body && !document.activeElement.closest('dialog')"""
    for _ in range(25):
        portal.page.keyboard.press("Tab")
        assert not portal.page.evaluate(outside)
    portal.page.keyboard.press("Escape")
    expect(portal.dialog()).to_have_count(0)
    expect(edit).to_be_focused()


def test_the_first_stop_leads_past_the_header(service, open_portal):
    portal = open_portal()
    portal.page.reload()
    expect(portal.page.get_by_text("No webhooks yet")).to_be_visible()
    portal.page.keyboard.press("Tab")
    expect(portal.page.get_by_role("link", name="Skip to content")).to_be_focused()
    portal.page.keyboard.press("Enter")
    expect(portal.page.get_by_role("main")).to_be_focused()


def test_a_search_box_of_contracts_follows_the_arrows(service, open_portal):
    for number in range(2000, 2020):
        service.put_contract(f"CTR-{number}", service.partner_id)
    webhook = {"contract_id": "CTR-2003", "url": "https://a.example/", "event_types": ["product.added"]}
    service.partner.post("/webhooks", webhook).expect(201)
    portal = open_portal()
    box = portal.filter("contract")
    box.focus()
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("200")
    for _ in range(4):
        box.press("ArrowDown")
    active = portal.page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(active).to_contain_text("CTR-2003")
    box.press("Enter")
    expect(portal.rows).to_have_count(1)
    assert "contract_id=CTR-2003" in portal.page.url
