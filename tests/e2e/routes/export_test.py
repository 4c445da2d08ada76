"""The list of webhooks as an Excel file, opened as its readers do."""

import csv
import http.client
import io
import os
import re
import subprocess
import zipfile
from urllib.parse import urlsplit

import openpyxl
from openpyxl.utils.escape import unescape
from waiting import eventually

MANY = 100_000
FLAT = 64 << 10  # KiB that the many may cost more than a thousand, a sanitizer's 40 included; in memory over 100 MiB

FILL = """
WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
INSERT INTO webhook (id, partner_id, number, contract_id, url, status, delivery_order, description, version,
                     created_at, updated_at)
SELECT printf('wh_%026d', i), '{partner}', i, '{contract}', printf('https://host%06d.example/hooks', i), 'active',
       'by_subject', '', 1, 1764000000000, 1764000000000
FROM n"""


def fill(service, first, last):
    service.sql(FILL.format(first=first, last=last, partner=service.partner_id, contract=service.contract_id))
    service.sql(
        "INSERT INTO subscription SELECT contract_id, 'product.added', url, key FROM webhook WHERE number >= ?", first
    )


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


def put_urls(service, *urls):
    """As an old row or another program may have left them: past every check that the API has."""
    for number, url in enumerate(urls, 1):
        service.sql(FILL.format(first=number, last=number, partner=service.partner_id, contract=service.contract_id))
        value = f"CAST(x'{url.hex()}' AS TEXT)"
        service.sql(f"UPDATE webhook SET url = {value} WHERE number = ?", number)


HOSTILE = {
    b"=cmd|' /C calc'!A0": "=cmd|' /C calc'!A0",
    b"+1+1": "+1+1",
    b"-2+3": "-2+3",
    b"@SUM(A1:A9)": "@SUM(A1:A9)",
    b'=HYPERLINK("https://evil.example","x")': '=HYPERLINK("https://evil.example","x")',
    b"https://a.example/\x01\x1f": "https://a.example/\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}",
    "https://\u202egnp.exe".encode(): "https://\u202egnp.exe",
    b"https://a.example/\xff\xfe": "https://a.example/\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}",
    b"<a>&amp;\"'": "<a>&amp;\"'",
    b"_x0041_": "_x0041_",
    b"x" * 2048: "x" * 2048,
}


def as_libreoffice_reads(folder, content):
    """The cells as LibreOffice shows them."""
    (folder / "book.xlsx").write_bytes(content)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile"]
    command += ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", folder, folder / "book.xlsx"]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env={**os.environ, "HOME": str(folder)})
    return list(csv.reader((folder / "book.csv").open(encoding="utf-8", newline="")))


def test_whatever_stands_in_a_row_is_harmless_text(service, tmp_path):
    put_urls(service, *HOSTILE)
    answer = service.partner.get("/webhooks/export")
    sheet = opened(answer)
    assert [unescape(row[1].value) for row in sheet.iter_rows(min_row=2)] == list(HOSTILE.values())
    assert all(cell.data_type in ("s", "inlineStr", "n") for row in sheet.iter_rows() for cell in row)
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
    assert [row[1] for row in as_libreoffice_reads(tmp_path, answer.body)[1:]] == list(HOSTILE.values())


def test_libreoffice_reads_what_openpyxl_does(service, receiver, tmp_path):
    service.create_webhook(receiver, "product.removed", "flight_delay.status_changed", path="/b")
    service.create_webhook(receiver, "product.added", path="/a", status="inactive")
    answer = service.partner.get("/webhooks/export")
    assert as_libreoffice_reads(tmp_path, answer.body) == rows(opened(answer))


def high_water(service):
    status = open(f"/proc/{service.api.pid}/status").read()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1))


def test_a_hundred_thousand_rows_cost_no_more_memory_than_a_thousand(service):
    fill(service, 1, 1000)
    assert opened(service.partner.get("/webhooks/export")).max_row == 1001
    few = high_water(service)
    fill(service, 1001, MANY)
    answer = service.partner.get("/webhooks/export", sort="-url").expect(200)
    assert high_water(service) - few < FLAT
    cells = zipfile.ZipFile(io.BytesIO(answer.body)).read("xl/worksheets/sheet1.xml").decode()
    told = re.findall(r"https://host(\d{6})\.example/hooks<", cells)
    assert told == [f"{number:06d}" for number in range(MANY, 0, -1)]


def test_a_client_that_leaves_leaves_no_file(service):
    fill(service, 1, 20_000)
    held = f"/proc/{service.api.pid}/fd"
    temporary = lambda: [target for fd in os.listdir(held) if "webhooks-export" in (target := link(f"{held}/{fd}"))]
    address = urlsplit(service.api_address)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    connection.request("GET", "/webhooks/export", headers={"Authorization": f"Bearer {service.partner.key}"})
    assert connection.getresponse().read(10).startswith(b"PK")
    connection.close()
    eventually(lambda: not temporary(), "the file is gone")


def link(path):
    try:
        return os.readlink(path)
    except FileNotFoundError:
        return ""
