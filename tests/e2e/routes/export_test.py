"""The list of webhooks as an Excel file, opened as its readers do."""

import io
import re

import openpyxl


def opened(answer):
    return openpyxl.load_workbook(io.BytesIO(answer.expect(200).body))["Webhooks"]


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_sheet_has_the_lists_rows_in_the_users_words(service, receiver):
    service.create_webhook(receiver, "product.removed", "flight_delay.status_changed", path="/b")
    service.create_webhook(receiver, "product.added", path="/a", status="inactive")

    answer = service.partner.get("/webhooks/export", sort="url")
    sheet = opened(answer)
    assert rows(sheet) == [
        ["Contract", "URL", "Event Type", "Status"],
        [service.contract_id, receiver.url("/a"), "Product Added", "Inactive"],
        [service.contract_id, receiver.url("/b"), "Flight Delay Status Change, Product Removed", "Active"],
    ]
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D3"
    assert rows(opened(service.partner.get("/webhooks/export", status="inactive")))[1:] == [
        [service.contract_id, receiver.url("/a"), "Product Added", "Inactive"]
    ]


def test_the_name_carries_the_date_and_time_of_the_zone(service):
    name = service.partner.get("/webhooks/export", tz="Asia/Tokyo").headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="Webhooks_\d{8}_\d{4}\.xlsx"', name)
    service.partner.get("/webhooks/export", tz="Mars/Olympus").problem(400)


def test_what_begins_like_a_formula_stays_text(service, receiver):
    service.put_contract("-1", service.partner_id)
    service.partner.post(
        "/webhooks", {"contract_id": "-1", "url": receiver.url("/=1+1"), "event_types": ["product.added"]}
    ).expect(201)
    sheet = opened(service.partner.get("/webhooks/export"))
    assert sheet["A2"].value == "-1"
    assert all(cell.data_type in ("s", "inlineStr") for row in sheet.iter_rows() for cell in row)


def test_nobody_exports_anothers_webhooks(service, receiver):
    service.create_webhook(receiver)
    service.put_contract("CTR-2002", "PTR-2")
    stranger = service.caller("partner", "PTR-2")
    assert rows(opened(stranger.get("/webhooks/export"))) == [["Contract", "URL", "Event Type", "Status"]]
    service.producer.get("/webhooks/export").problem(403)
