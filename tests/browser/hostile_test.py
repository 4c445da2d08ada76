"""What strangers write stays text: nothing runs, nothing breaks the layout."""

import pytest
from playwright.sync_api import expect

from receiver import Reply

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>"
BIDI = "\u202etxt.exe\u2066\u200f"
LONG = "W" * 480
WIDTHS = {"narrow": 360, "wide": 1600}


def expect_sound_layout(portal):
    page = portal.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    # Only own markup is there, and the fixture fails the test on any script, dialog or policy violation.
    assert page.locator("main b, main img:not([role]), main script").count() == 0


@pytest.mark.parametrize("text", [MARKUP, BIDI, LONG, "'\"`{{7*7}}${7*7}</bdi></td>", "\U0001f469\u200d\U0001f692" * 100])
@pytest.mark.parametrize("width", WIDTHS)
def test_names_descriptions_and_subjects_stay_text(service, receiver, open_portal, text, width):
    name = text[:200]
    contract = {"partner_id": service.partner_id, "name": name, "active": True}
    service.admin.put(f"/contracts/{service.contract_id}", contract).expect(200)
    webhook = service.create_webhook(receiver, description=text)
    receiver.answer(Reply(200, body=text.encode()))
    event = service.publish("product.added", subject=f"product/{text.encode()[:150].decode(errors='ignore')}")
    service.wait_delivered(webhook, event)

    portal = open_portal(viewport={"width": WIDTHS[width], "height": 800})
    expect(portal.rows).to_have_count(1)
    assert text in portal.rows.inner_text() or text in portal.rows.text_content()
    expect_sound_layout(portal)

    portal.open(f"?webhook={webhook.id}")
    portal.button("Attempts of delivery 1").click()
    expect(portal.page.get_by_label("Answer to attempt 1")).to_be_visible()
    expect_sound_layout(portal)

    portal.button("Edit", exact=True).click()
    expect(portal.dialog().get_by_label("Description")).to_have_value(text)
    expect_sound_layout(portal)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_hostile_url_is_a_text_and_leads_nowhere(service, open_portal, width):
    url = "https://partner.example/" + "a" * 1500 + "?q=%3Cscript%3E&x='onclick=alert(1)"
    webhook = {"contract_id": service.contract_id, "url": url, "event_types": ["product.added"]}
    service.partner.post("/webhooks", webhook).expect(201)
    portal = open_portal(viewport={"width": WIDTHS[width], "height": 800})
    link = portal.rows.get_by_role("link")
    assert link.get_attribute("href").startswith("?webhook=wh_")
    expect_sound_layout(portal)
    portal.button("Delete webhook 1").click()
    expect(portal.dialog()).to_contain_text(url)
    expect_sound_layout(portal)


def test_hostile_addresses_show_a_usual_view(open_portal):
    portal = open_portal()
    for path in [f"?url={MARKUP}", f"?webhook={MARKUP}", "?contract_id=%00%ff", "?number='--", f"?sort={MARKUP}", "?state=x&webhook=../../openapi.yaml"]:
        portal.open(path)
        portal.wait_idle()
        expect_sound_layout(portal)


def test_a_hostile_key_is_refused_by_the_page_itself(open_portal):
    portal = open_portal(key="")
    for key in ["two words", "line\nbreak", "\u202ewhk_x", MARKUP]:
        portal.page.get_by_label("API key").fill(key)
        portal.page.get_by_label("API key").press("Enter")
        expect(portal.dialog().get_by_text("Paste the whole key").or_(portal.dialog().get_by_text("not valid"))).to_be_visible()
