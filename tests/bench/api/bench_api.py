#!/usr/bin/env python3
"""Speed of the API beside what it cannot beat, in alternating runs on this machine; medians, and the ratios are what counts.

Reading one webhook beside the server's smallest file, publishing over 64 connections beside one commit a request on the same
disk, exporting 100,000 webhooks beside libxlsxwriter alone. Needs wrk:

    ./dev bench api [--build build/bench] [--rows build/bench/bin/xlsx_rows] [--rounds 5] [--seconds 3]
"""

import argparse
import json
import pathlib
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from service import Options, Service, example  # noqa: E402

MANY = 100_000
CONNECTIONS = 64

PUBLISH = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
wrk.body = [==[%s]==]
"""

FILL = """
WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO webhook (id, partner_id, number, contract_id, url, status, delivery_order, description, version,
                     created_at, updated_at)
SELECT printf('wh_%026d', i), '{partner}', i, '{contract}', printf('https://host%06d.example/hooks', i), 'active',
       'by_subject', '', 1, 1764000000000, 1764000000000
FROM n"""


def wrk(url, seconds, *arguments):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *arguments, url]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in out, out
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


def commits(path, event, seconds):
    """The same rows, each in a transaction of its own that is on disk before the next begins."""
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE IF NOT EXISTS outbox (id TEXT UNIQUE, type TEXT, contract TEXT, subject TEXT, data TEXT)")
        done, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            database.execute(
                "INSERT INTO outbox VALUES (hex(randomblob(16)), ?, ?, ?, ?)",
                (event["type"], event["contract_id"], event["subject"], str(event["data"])),
            )
            done += 1
        return done / (time.monotonic() - began)


def median_of(rounds, **measures):
    """Each measure in turn, `rounds` times over."""
    taken = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    return {name: statistics.median(values) for name, values in taken.items()}


def report(what, ratio, target, middle, unit):
    told = ", ".join(f"{name} {value:,.0f} {unit}" for name, value in middle.items())
    print(f"{what:28} {ratio:6.2f}   (target {target})   {told}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build/bench"))
    parser.add_argument("--rows", default=str(ROOT / "build/bench/bin/xlsx_rows"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        service = Service(pathlib.Path(options.build) / "bin", folder, Options()).start()
        try:
            service.worker.stop()
            webhook = {"contract_id": service.contract_id, "url": "https://partner.example/hooks", "event_types": ["product.added"]}
            made = service.partner.post("/webhooks", webhook).expect(201).json()
            auth = ("-H", f"Authorization: Bearer {service.partner.key}")
            address, seconds = service.api_address, options.seconds

            middle = median_of(
                options.rounds,
                smallest=lambda: wrk(f"{address}/portal/config.json", seconds),
                webhook=lambda: wrk(f"{address}/webhooks/{made['id']}", seconds, *auth),
            )
            report("reading one webhook", middle["webhook"] / middle["smallest"], "0.60 or more", middle, "requests/s")

            event = {"type": "product.added", "contract_id": service.contract_id, "subject": "product/PR-7", "data": example("product.added")}
            script = folder / "publish.lua"
            script.write_text(PUBLISH % (service.producer.key, json.dumps(event)))
            middle = median_of(
                options.rounds,
                alone=lambda: commits(folder / "alone.db", event, seconds),
                published=lambda: wrk(f"{address}/events", seconds, "-s", str(script)),
            )
            report("publishing", middle["published"] / middle["alone"], "10 or more", middle, "events/s")

            service.sql(FILL.format(count=MANY, partner=service.partner_id, contract=service.contract_id))
            service.sql("INSERT INTO subscription SELECT contract_id, 'product.added', url, key FROM webhook WHERE number > 1")

            def export():
                began = time.monotonic()
                command = ["curl", "-sS", "--fail", "-o", folder / "export.xlsx", *auth, f"{address}/webhooks/export"]
                subprocess.run(command, check=True)
                return 1000 * (time.monotonic() - began)

            def alone():
                command = [options.rows, folder / "rows.xlsx", str(MANY)]
                return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

            middle = median_of(options.rounds, libxlsxwriter=alone, export=export)
            report(f"exporting {MANY:,}", middle["export"] / middle["libxlsxwriter"], "2.00 or less", middle, "ms")
        finally:
            service.close()


if __name__ == "__main__":
    main()
