"""A hundred thousand webhooks cost the page no more than a few hundred do."""

import json

import pytest
from playwright.sync_api import expect

FEW, MANY = 400, 100_000
DEARER = 3  # times the processor time, at most: both hold the same 200 rows; a page that held all would need hundreds

FILL = """
WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO webhook (id, partner_id, number, contract_id, url, status, delivery_order, description, version,
                     created_at, updated_at)
SELECT printf('wh_%026d', i), '{partner}', i, '{contract}', printf('https://host%06d.example/hooks', i),
       CASE WHEN i % 3 THEN 'active' ELSE 'inactive' END, 'by_subject', '', 1, 1764000000000 + i, 1764000000000 + i
FROM n"""

def processor_time(trace):
    """What the page's main thread spent on tasks, in milliseconds: what the machine does besides is no part of it."""
    events = json.loads(trace)["traceEvents"]
    mains = {(e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"}
    tasks = [e["tdur"] for e in events if (e["pid"], e["tid"]) in mains and "RunTask" in e["name"] and "tdur" in e]
    assert tasks, "the trace has no tasks"
    return sum(tasks) / 1000


def fill(service, count):
    """Makes it `count` webhooks in all."""
    (held,) = service.sql("SELECT last_webhook_number FROM partner WHERE id = ?", service.partner_id)[0]
    service.sql(FILL.format(first=held + 1, count=count, partner=service.partner_id, contract=service.contract_id))
    service.sql("UPDATE partner SET last_webhook_number = ? WHERE id = ?", count, service.partner_id)
    service.sql(
        "INSERT INTO subscription (contract_id, event_type, url, webhook) "
        "SELECT contract_id, 'product.added', url, key FROM webhook WHERE number > ?",
        held,
    )
    service.sql("INSERT INTO flow (webhook) SELECT key FROM webhook WHERE number > ?", held)
    service.sql(
        "INSERT INTO webhook_url (rowid, url) SELECT (p.serial << 40) + w.number, w.url "
        "FROM webhook w JOIN partner p ON p.id = w.partner_id WHERE w.number > ?",
        held,
    )


def tour(portal, chromium, count):
    """Pages, filters, sorts and scrolls; returns what it cost the page."""
    page = portal.page
    expect(portal.rows).to_have_count(200)
    expect(page.get_by_text(f"1–200 of {count:,}")).to_be_visible()
    assert page.locator("*").count() < 12_000, "the document holds only what is shown"

    chromium.start_tracing(page=page, categories=["toplevel", "disabled-by-default-devtools.timeline", "devtools.timeline"])
    portal.button("Last page").click()
    expect(page.get_by_text(f"{count - 199:,}–{count:,} of {count:,}")).to_be_visible()
    portal.filter("URL").press_sequentially("host0000")
    expect(portal.rows).to_have_count(99)
    portal.button("Clear filters").click()
    expect(portal.rows).to_have_count(200)
    portal.button("URL", exact=True).click()
    expect(portal.rows.first).to_contain_text("host000001")
    for _ in range(20):
        page.mouse.wheel(0, 1200)
        page.evaluate("new Promise(requestAnimationFrame)")
    return processor_time(chromium.stop_tracing())


@pytest.mark.timeout(900)
def test_a_hundred_thousand_webhooks_cost_the_page_no_more_than_a_few_hundred(service, open_portal, chromium):
    fill(service, FEW)
    few = tour(open_portal("?page_size=200"), chromium, FEW)
    fill(service, MANY)
    many = tour(open_portal("?page_size=200"), chromium, MANY)
    assert many < DEARER * few, f"{many:.0f} ms of processor time against {few:.0f} ms"
