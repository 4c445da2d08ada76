"""Download Excel: what is filtered, under the server's name, in the reader's own time zone."""

import datetime
import io
import re
from zoneinfo import ZoneInfo

import openpyxl
from playwright.sync_api import expect

ZONE = "Asia/Kolkata"


def test_the_workbook_has_what_is_filtered_and_the_servers_name(service, open_portal):
    for url, types, status in [
        ("https://a.example/", ["product.added", "flight_delay.status_changed"], "active"),
        ("https://b.example/", ["product.removed"], "inactive"),
        ("https://c.example/", ["product.updated"], "active"),
    ]:
        webhook = {"contract_id": service.contract_id, "url": url, "event_types": types, "status": status}
        service.partner.post("/webhooks", webhook).expect(201)
    portal = open_portal(timezone_id=ZONE)
    portal.filter("status").select_option("active")
    expect(portal.rows).to_have_count(2)
    portal.button("URL", exact=True).click()
    expect(portal.rows.first).to_contain_text("a.example")

    before = datetime.datetime.now(ZoneInfo(ZONE)).replace(second=0, microsecond=0)
    with portal.page.expect_download() as started:
        portal.button("Download Excel").click()
    after = datetime.datetime.now(ZoneInfo(ZONE))
    name = started.value.suggested_filename
    portal.expect_toast(f"{name} is downloaded.")  # first, because it goes by itself
    assert re.fullmatch(r"Webhooks_\d{8}_\d{4}\.xlsx", name)
    stamp = datetime.datetime.strptime(name, "Webhooks_%d%m%Y_%H%M.xlsx").replace(tzinfo=ZoneInfo(ZONE))
    assert before <= stamp <= after

    sheet = openpyxl.load_workbook(io.BytesIO(started.value.path().read_bytes())).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Contract", "URL", "Event Type", "Status"],
        [service.contract_id, "https://a.example/", "Flight Delay Status Change, Product Added", "Active"],
        [service.contract_id, "https://c.example/", "Product Updated", "Active"],
    ]


def test_a_download_that_fails_is_said(service, open_portal):
    portal = open_portal()
    portal.page.route("**/webhooks/export*", lambda route: route.abort())
    portal.button("Download Excel").click()
    portal.expect_toast("cannot be reached")
