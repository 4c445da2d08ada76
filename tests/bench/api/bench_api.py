#!/usr/bin/env python3
"""Speed of the API beside what it cannot beat, in alternating runs on this machine; medians, and the ratios are what counts.

- Reading one webhook, beside the server's smallest file.
- Publishing over 64 connections, beside bare SQLite commits of the same rows in one thread (`alone`), and beside the same
  server with one connection (`one`), where each request waits for a commit of its own. Both again where bringing data to
  disk takes 1 and 4 ms (--commit-ms), as it does on disks that have no write-back cache: a library preloaded into server
  and baseline alike makes fsync and fdatasync last as long. Where a commit takes 0.2 ms, ten times its rate is more than
  two cores can answer over HTTP at all; the slower the disk, the more sharing a commit is worth.
- Exporting 100,000 webhooks, beside libxlsxwriter alone.

Needs wrk. More rounds and seconds make it steadier:

    ./dev bench api [--build build/bench] [--rows build/bench/bin/xlsx_rows] [--rounds 5] [--seconds 3] [--commit-ms 1,4]
"""

import argparse
import json
import os
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


def wrk(url, seconds, *arguments, connections=CONNECTIONS):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *arguments, url]
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


def slow_disk(build, commit_ms):
    """The environment in which a commit takes that long; 0: as long as it takes."""
    if not commit_ms:
        return {}
    return {"LD_PRELOAD": str(build / "bin/libslow_disk.so"), "SLOW_DISK_MS": str(commit_ms)}


def commits_apart(path, event, seconds, environment):
    """The same, by a process of its own in that environment."""
    command = [sys.executable, __file__, "--commits", str(path), "--event", json.dumps(event), "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **environment})
    return float(done.stdout)


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


def bench_publishing(options, folder, commit_ms):
    """One server on a disk like that."""
    build, seconds = pathlib.Path(options.build), options.seconds
    service = Service(build / "bin", folder, Options())
    environment = slow_disk(build.resolve(), commit_ms)
    service.environment |= environment
    try:
        service.start().worker.stop()
        event = {"type": "product.added", "contract_id": service.contract_id, "subject": "product/PR-7", "data": example("product.added")}
        script = folder / "publish.lua"
        script.write_text(PUBLISH % (service.producer.key, json.dumps(event)))
        events = f"{service.api_address}/events", seconds, "-s", str(script)
        middle = median_of(
            options.rounds,
            alone=lambda: commits_apart(folder / "alone.db", event, seconds, environment),
            one=lambda: wrk(*events, connections=1),
            published=lambda: wrk(*events),
        )
    finally:
        service.close()
    disk = f"{commit_ms:g} ms a commit" if commit_ms else "this disk"
    report(f"publishing, {disk}", middle["published"] / middle["alone"], "10 or more", middle, "events/s")
    print(f"{'':28} {middle['published'] / middle['one']:6.2f}   times the rate of one connection", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build/bench"))
    parser.add_argument("--rows", default=str(ROOT / "build/bench/bin/xlsx_rows"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--commit-ms", default="1,4", help="how long a commit takes on other disks, in milliseconds")
    parser.add_argument("--commits", help=argparse.SUPPRESS)
    parser.add_argument("--event", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.commits:
        print(commits(options.commits, json.loads(options.event), options.seconds))
        return
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
    for commit_ms in [0, *(float(each) for each in options.commit_ms.split(",") if each)]:
        with tempfile.TemporaryDirectory() as name:
            bench_publishing(options, pathlib.Path(name), commit_ms)


if __name__ == "__main__":
    main()
