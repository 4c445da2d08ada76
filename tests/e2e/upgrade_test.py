"""Databases of every earlier schema, with data, are brought forward: no row is lost, and the service goes on with them."""

import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEWEST = len(list((ROOT / "schema" / "sqlite").glob("*.sql")))
GOLDEN = sorted((ROOT / "tests" / "golden").glob("database_v*.sql"))


def rows(database, tables):
    """All rows of these tables by table, each with the columns that it had then."""
    connection = sqlite3.connect(database)
    try:
        return {
            table: sorted(map(repr, connection.execute(f"SELECT {', '.join(columns)} FROM {table}")))
            for table, columns in tables.items()
        }
    finally:
        connection.close()


def tables_of(database):
    """The tables that hold what people said and what happened; not what triggers and virtual tables make of it."""
    connection = sqlite3.connect(database)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    kept = [name for name in names if not re.match(r"sqlite_|webhook_url|webhook_tally", name)]
    tables = {name: [f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({name})")] for name in kept}
    connection.close()
    return tables


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def old(request, make_service):
    """A service that has not begun yet, over an old database."""
    service = make_service()
    with request.param.open() as script:
        subprocess.run(["sqlite3", service.database], stdin=script, check=True, capture_output=True)
    return service


def test_there_is_a_database_of_the_first_schema():
    assert ROOT / "tests" / "golden" / "database_v1.sql" in GOLDEN
    assert len(GOLDEN) <= NEWEST


def test_the_rows_of_an_old_database_are_all_there_after_the_migration(old):
    tables = tables_of(old.database)
    before = rows(old.database, tables)
    assert all(before[table] for table in ("webhook", "delivery", "attempt", "outbox", "queue", "signing_secret"))

    migrated = old.command("migrate", "--database", old.database_url)

    assert migrated.returncode == 0, migrated.stderr
    assert rows(old.database, tables) == before
    checked = old.command("check", "--database", old.database_url)
    assert checked.stdout == "all is well\n", checked.stdout


def test_the_service_goes_on_with_an_old_database(old, receiver):
    old.start()
    [waiting] = [w for w in old.partner.get("/webhooks", page_size=50).expect(200).json()["data"] if "/waits" in w["url"]]
    receiver.trust(old.partner.get(f"/webhooks/{waiting['id']}/secret").expect(200).json()["secret"])
    patched = old.partner.patch(f"/webhooks/{waiting['id']}", {"url": receiver.url()})
    patched.expect(200)
    # The first of its two subjects: the test must not wait until they are due by themselves. One that is just being sent is due.
    log = old.partner.get(f"/webhooks/{waiting['id']}/deliveries").expect(200).json()["data"]
    for delivery in sorted(log, key=lambda d: d["sequence"])[:2]:
        again = old.partner.post(f"/deliveries/{delivery['id']}/retry", {})
        if again.status != 409:
            again.expect(202)
    for event in ("golden-0", "golden-1"):
        receiver.wait_for(event)

    webhook = old.create_webhook(receiver, path="/new")
    old.wait_delivered(webhook, old.publish())
    old.worker.stop()
    old.api.stop()
    checked = old.command("check", "--database", old.database_url)
    assert checked.stdout == "all is well\n", checked.stdout


def test_a_program_refuses_the_database_of_a_newer_one(service):
    service.worker.stop()
    service.api.stop()
    service.sql(f"PRAGMA user_version = {NEWEST + 1}")
    for command in (["migrate"], ["serve"], ["key", "list"], ["backup", "--to", "x.db"], ["check"]):
        done = service.command(*command, "--database", service.database_url)
        assert done.returncode == 1
        [line] = done.stderr.splitlines()
        assert str(NEWEST + 1) in line and "newer" in line
    worker = subprocess.run(service.worker.command, capture_output=True, text=True, timeout=60)
    assert worker.returncode == 1 and "newer" in worker.stderr
