"""The whole service for one test: its own database, the real API and worker, and the people who use it."""

import itertools
import json
import os
import re
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from api import Caller, call
from process import Process
from waiting import PATIENCE, eventually

EVENTS = Path(__file__).resolve().parents[2] / "schema" / "events"
FINISHED = {"delivered", "failed", "expired", "superseded", "cancelled"}


def example(event_type):
    return json.loads((EVENTS / f"{event_type}.example.json").read_text())


@dataclass(frozen=True)
class Options:
    """What a test may start the service with. Short waits, and loopback allowed, unless the test is about those."""

    retry_schedule: str = "0s,50ms,100ms,200ms,500ms,1s,1s,1s,1s,1s,1s,1s"
    attempt_timeout: str = "60s"  # a pause of the machine must not cost an attempt
    drain_timeout: str = "20s"
    senders: int = 8
    allow_cidr: str | None = "127.0.0.0/8"
    ca_file: Path | None = None
    rate_limit: int = 0  # stories about something else must not meet it
    api_options: tuple = ()  # more of the command line, as it is
    worker_options: tuple = ()


class Service:
    partner_id = "PTR-1"
    contract_id = "CTR-1001"

    def __init__(self, bin_dir, folder, options):
        self._bin_dir = bin_dir
        self.database = folder / "webhooks.db"
        self._keys = []
        self._secrets = []
        # Nothing of the developer's own settings may reach the processes under test.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("WEBHOOKS_")}
        self.api = Process("webhooks-api", self._api_command(options), self.environment)
        self._options = options
        self.worker = self._make_worker("worker-1")
        self._more_workers = []
        self.api_address = None
        self._numbers = itertools.count(1)

    def _api_command(self, options):
        return [
            *(self._bin_dir / "webhooks-api", "serve", "--database", self.database_url),
            *("--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"),
            *("--allow-http", "--allow-cidr", "127.0.0.0/8"),
            *("--rate-limit", options.rate_limit, *options.api_options),
        ]

    def _make_worker(self, worker_id):
        return Process("webhooks-worker", self._worker_command(self._options, worker_id), self.environment)

    def _worker_command(self, options, worker_id):
        command = [
            *(self._bin_dir / "webhooks-worker", "--database", self.database_url),
            *("--ops-listen", "127.0.0.1:0", "--worker-id", worker_id, "--allow-http", "--poll", "5ms"),
            *("--senders", options.senders, "--attempt-timeout", options.attempt_timeout),
            *("--retry-schedule", options.retry_schedule, "--drain-timeout", options.drain_timeout),
        ]
        if options.allow_cidr:
            command += ["--allow-cidr", options.allow_cidr]
        if options.ca_file:
            command += ["--ca-file", options.ca_file]
        return [*command, *options.worker_options]

    @property
    def database_url(self):
        return f"sqlite:{self.database}"

    # Starting and stopping.

    def start(self):
        """Both processes, an admin, a producer, and a partner with one contract."""
        self.start_api()
        self.admin = self.caller("admin")
        self.producer = self.caller("producer")
        self.put_contract(self.contract_id, self.partner_id)
        self.partner = self.caller("partner", self.partner_id)
        self.start_worker()
        return self

    def start_api(self):
        self.api.start()
        fields = self.api.wait_for_log("api.listening")
        self.api_address = f"http://{fields['address']}"
        self.api_ops = f"http://{fields['ops']}"

    def start_worker(self):
        self.worker.start()
        self.worker_ops = f"http://{self.worker.wait_for_log('worker.started')['ops']}"

    def add_worker(self, worker_id):
        """Another worker on the same database, running; `ops` is where its metrics are."""
        worker = self._make_worker(worker_id)
        self._more_workers.append(worker)
        worker.start()
        worker.ops = f"http://{worker.wait_for_log('worker.started')['ops']}"
        return worker

    def close(self):
        """Stops what still runs and checks what holds at the end of every test."""
        failures = []
        for process in (self.worker, *self._more_workers, self.api):
            try:
                process.stop()
            except AssertionError as error:
                failures.append(str(error))
            if process.sanitizer_report():
                failures.append(f"a sanitizer found something\n{process.report()}")
            text = "\n".join(process.log)
            if any(secret in text for secret in [*self._keys, *self._secrets]):
                failures.append(f"{process.name} logged a key or a secret\n{process.report()}")
        assert not failures, "\n".join(failures)

    def report(self):
        return "\n".join(process.report() for process in (self.api, self.worker, *self._more_workers))

    # The people.

    def command(self, *arguments):
        """Runs `webhooks-api` once, as from a shell."""
        return self._run("webhooks-api", *arguments)

    def worker_command(self, *arguments):
        """Runs `webhooks-worker`, which should say no, as from a shell."""
        return self._run("webhooks-worker", *arguments)

    def _run(self, program, *arguments):
        return subprocess.run(
            [self._bin_dir / program, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def create_key(self, role, partner=None):
        who = ["--partner", partner] if partner else []
        done = self.command("key", "create", "--role", role, *who, "--database", self.database_url)
        assert done.returncode == 0, done.stderr
        key = re.search(r"\bwhk_\S+", done.stdout).group()
        self._keys.append(key)
        return key

    def caller(self, role, partner=None):
        return Caller(lambda: self.api_address, self.create_key(role, partner))

    def anonymous(self, method, path, **options):
        return call(self.api_address, method, path, **options)

    def put_contract(self, contract_id, partner_id, active=True):
        contract = {"partner_id": partner_id, "name": f"Contract {contract_id}", "active": active}
        answer = self.admin.put(f"/contracts/{contract_id}", contract)
        assert answer.status in (200, 201, 204), answer.body

    # What they do.

    def create_webhook(self, receiver, *event_types, path="/hooks", host="127.0.0.1", **settings):
        """A webhook for that receiver, which learns its secret; the API's answer with its fields as attributes."""
        webhook = {
            "contract_id": self.contract_id,
            "url": receiver.url(path, host),
            "event_types": list(event_types) or ["product.added"],
            **settings,
        }
        made = self.partner.post("/webhooks", webhook).expect(201).json()
        self._secrets.append(made["secret"])
        receiver.trust(made["secret"], path)
        return SimpleNamespace(**made)

    def event(self, event_type="product.added", **fields):
        """An event as a producer would state it; its subject is its own unless the test names one."""
        return {
            "type": event_type,
            "contract_id": self.contract_id,
            "subject": f"product/PR-{next(self._numbers)}",
            "data": example(event_type),
            **fields,
        }

    def publish(self, event_type="product.added", **fields):
        """Publishes one event and returns its id."""
        return self.producer.post("/events", self.event(event_type, **fields)).expect(202).json()["id"]

    def publish_all(self, events):
        """Publishes events in one request and returns their ids, in the same order."""
        answer = self.producer.post("/events", {"events": list(events)}).expect(202)
        return [entry["id"] for entry in answer.json()["data"]]

    def publish_many(self, count, event_type="product.added", **fields):
        return self.publish_all(self.event(event_type, **fields) for _ in range(count))

    def sql(self, statement, *values):
        """Runs one statement in a transaction of its own, as a producer with access to the database would."""
        connection = sqlite3.connect(self.database, timeout=PATIENCE)
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def backlog(self):
        """Events and deliveries that are still under way."""
        return self.sql(
            "SELECT (SELECT count(*) FROM outbox WHERE status = 'pending')"
            " + (SELECT count(*) FROM delivery WHERE state = 'pending')"
        )[0][0]

    def metric(self, name, ops=None):
        """The value of the worker's metric of that name, labels included, or 0 as long as there is none."""
        text = call(ops or self.worker_ops, "GET", "/metrics").expect(200).body.decode()
        return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} ")), 0.0)

    # What they see.

    def deliveries(self, webhook, **query):
        return self.partner.get(f"/webhooks/{webhook.id}/deliveries", **query).expect(200).json()["data"]

    def delivery(self, webhook, event):
        """The delivery of that event to that webhook with its attempts, or None as long as there is none."""
        query = {}
        while True:
            page = self.partner.get(f"/webhooks/{webhook.id}/deliveries", **query).expect(200).json()
            for delivery in page["data"]:
                if delivery["event_id"] == event:
                    return self.partner.get(f"/deliveries/{delivery['id']}").expect(200).json()
            if page["next_cursor"] is None:
                return None
            query["cursor"] = page["next_cursor"]

    def wait_delivery(self, webhook, event, wanted, what):
        """The delivery of that event to that webhook, as soon as `wanted(delivery)` holds."""

        def probe():
            delivery = self.delivery(webhook, event)
            return delivery if delivery and wanted(delivery) else None

        return eventually(probe, f"delivery of {event} to {webhook.id} {what}")

    def wait_finished(self, webhook, event):
        return self.wait_delivery(webhook, event, lambda d: d["state"] in FINISHED, "finished")

    def wait_delivered(self, webhook, event):
        delivery = self.wait_finished(webhook, event)
        assert delivery["state"] == "delivered", delivery
        return delivery

    def wait_attempted(self, webhook, event, count=1):
        return self.wait_delivery(webhook, event, lambda d: d["attempts_made"] >= count, f"attempted {count} times")

    def wait_dispatched(self, event):
        """The event once the worker has made its deliveries (or found that it has none to make)."""

        def probe():
            report = self.producer.get(f"/events/{event}").expect(200).json()
            return report if report["status"] != "pending" else None

        report = eventually(probe, f"event {event} dispatched")
        assert report["status"] == "dispatched", report
        return report
