"""Makes tests/golden/database_vN.sql: a database of this build's schema version N with some of everything in it.

    .venv/bin/python tests/support/golden_database.py build/release/bin

Run once per schema version, when the migration is new: later builds must be able to bring it forward, with its rows.
"""

import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from receiver import Receiver  # noqa: E402
from service import Options, Service  # noqa: E402


def live(service, receiver):
    """Deliveries of every kind and end, of webhooks of every order; some that still wait."""
    receiver.answer_by(lambda arrival: {"/ok": 200, "/gone": 410}.get(arrival.path, 503))
    orders = {"/ok": "by_subject", "/latest": "latest", "/any": "any", "/waits": "by_subject", "/gone": "by_subject"}
    webhooks = {path: service.create_webhook(receiver, path=path, delivery_order=o) for path, o in orders.items()}
    service.partner.post(f"/webhooks/{webhooks['/ok'].id}/secret/rotate", {}).expect(200)
    for n in range(4):
        answer = service.producer.post("/events", service.event(id=f"golden-{n}", subject=f"product/PR-{n % 2}"))
        answer.expect(202)
    service.wait_delivered(webhooks["/ok"], "golden-3")
    service.wait_attempted(webhooks["/waits"], "golden-1")
    service.wait_attempted(webhooks["/any"], "golden-3")
    service.wait_attempted(webhooks["/latest"], "golden-3")
    service.partner.post(f"/webhooks/{webhooks['/ok'].id}/test", {"event_type": "product.added"}).expect(202)
    service.sql("INSERT INTO outbox (id, type, contract_id, subject, data) VALUES ('golden-bad', 'none', 'CTR-1001', 's', '{}')")
    service.sql("INSERT INTO outbox (id, type, contract_id, subject, data) VALUES ('golden-alone', 'product.added', 'CTR-9', 's', '{}')")
    service.worker.stop()
    service.producer.post("/events", service.event(id="golden-pending")).expect(202)
    service.api.stop()


def dump(database):
    connection = sqlite3.connect(database)
    version, application = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id"))
    connection.execute("VACUUM")
    connection.close()
    # By SQLite's own shell: Python's iterdump cannot do virtual tables.
    rows = subprocess.run(["sqlite3", database, ".dump"], capture_output=True, text=True, check=True).stdout
    return version, f"PRAGMA application_id = {application};\nPRAGMA user_version = {version};\n{rows}"


def main(bin_dir):
    with tempfile.TemporaryDirectory() as folder:
        receiver = Receiver()
        service = Service(Path(bin_dir).resolve(), Path(folder), Options(retry_schedule="0s,1h"))
        service.start()
        live(service, receiver)
        receiver.close()
        version, text = dump(service.database)
    target = ROOT / "tests" / "golden" / f"database_v{version}.sql"
    target.write_text(text)
    print(f"{target.relative_to(ROOT)}: {len(text)} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
