"""The demo of `./dev run`: both processes, a partner with two contracts, a webhook, one event on its way.

Everything is kept under data/, so that the next start goes on where this one ended.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

from demo_receiver import DemoReceiver

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
DATABASE = f"sqlite:{DATA / 'webhooks.db'}"
KEPT = DATA / "demo.env"
API, API_OPS, WORKER_OPS, RECEIVER = 8080, 9090, 9091, 8099
BASE = f"http://127.0.0.1:{API}"
PARTNER = "PTR-DEMO"
CONTRACTS = {"CTR-1001": "Delay Care Europe", "CTR-1002": "Delay Care Overseas"}
EVENT_TYPE = "flight_delay.status_changed"
PATIENCE = 30
SHUTDOWN = 25  # a little more than the processes' own --drain-timeout


class Failure(Exception):
    """Something that the reader of the terminal can do something about."""


def say(text=""):
    print(text, flush=True)


def check_ports():
    purposes = {API: "the API", API_OPS: "the API's ops port", WORKER_OPS: "the worker's ops port", RECEIVER: "the demo receiver"}
    for port, purpose in purposes.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise Failure(f"port {port}, for {purpose}, is taken: stop what listens there and start again") from None


def request(method, path, key=None, body=None, port=API):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as reply:
            text = reply.read()
            return reply.status, json.loads(text) if text[:1] in (b"{", b"[") else None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def must(answer):
    status, body = answer
    if status >= 300:
        raise Failure(f"the API answered {status}: {json.dumps(body)}")
    return body


class Demo:
    def __init__(self, programs):
        self.programs = Path(programs).resolve()
        self.children = []  # in the order of their start
        self.asked_to_stop = threading.Event()
        self.verified = threading.Event()
        self.receiver = None
        self.kept = {}

    def run(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.asked_to_stop.set())
        DATA.mkdir(exist_ok=True)
        check_ports()
        try:
            self.start()
            self.introduce()
            while not self.asked_to_stop.wait(0.5):
                self.check_children()
        finally:
            self.stop()

    # The processes. Each in a session of its own, so that Ctrl-C reaches this script alone and they end in order.

    def start(self):
        say("starting webhooks-api, webhooks-worker and a demo receiver")
        self.command("migrate")
        self.receiver = DemoReceiver(RECEIVER, self.show_arrival)
        development = ["--allow-http", "--allow-cidr", "127.0.0.0/8"]
        listen = ["--listen", f"127.0.0.1:{API}", "--ops-listen", f"127.0.0.1:{API_OPS}"]
        self.spawn("api", "webhooks-api", "serve", *development, *listen)
        self.spawn("worker", "webhooks-worker", *development, "--ops-listen", f"127.0.0.1:{WORKER_OPS}")
        self.wait_until_ready(API_OPS)
        self.wait_until_ready(WORKER_OPS)

    def spawn(self, name, program, *options):
        with open(DATA / f"{name}.log", "ab") as log:
            child = subprocess.Popen(
                [self.programs / program, *options, "--database", DATABASE],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.children.append((name, child))

    def command(self, *arguments):
        command = [self.programs / "webhooks-api", *arguments, "--database", DATABASE]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise Failure(done.stderr.strip())
        return done.stdout

    def wait_until_ready(self, port):
        for _ in range(PATIENCE * 20):
            self.check_children()
            try:
                if request("GET", "/readyz", port=port)[0] == 200:
                    return
            except OSError:
                pass  # not listening yet
            if self.asked_to_stop.wait(0.05):
                raise SystemExit(0)
        raise Failure(f"not ready within {PATIENCE} s: see data/*.log")

    def check_children(self):
        for name, child in self.children:
            if child.poll() is not None:
                raise Failure(f"the {name} has ended with {child.returncode}: see data/{name}.log")

    def stop(self):
        for name, child in reversed(self.children):  # the worker first: then the API still answers about its deliveries
            if child.poll() is None:
                say(f"stopping the {name}")
                child.send_signal(signal.SIGTERM)
                try:
                    child.wait(SHUTDOWN)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        if self.receiver:
            self.receiver.close()

    # The story.

    def introduce(self):
        self.recall()
        for contract, name in CONTRACTS.items():
            whole = {"partner_id": PARTNER, "name": name, "active": True}
            must(request("PUT", f"/contracts/{contract}", self.kept["ADMIN_KEY"], whole))
        self.ensure("PARTNER_KEY", "key", "create", "--role", "partner", "--partner", PARTNER)
        self.ensure_webhook()
        self.remember()
        self.receiver.secret = self.kept["WEBHOOK_SECRET"]

        event = {
            "type": EVENT_TYPE,
            "contract_id": "CTR-1001",
            "subject": "booking/BK-20391",
            "timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": json.loads((ROOT / f"schema/events/{EVENT_TYPE}.example.json").read_text()),
        }
        published = must(request("POST", "/events", self.kept["PRODUCER_KEY"], event))
        say(f"published  {published['id']}  {EVENT_TYPE}")
        for _ in range(PATIENCE * 20):
            if self.verified.wait(0.05):
                break
            self.check_children()
            if self.asked_to_stop.is_set():
                return
        else:
            raise Failure(f"nothing arrived within {PATIENCE} s: see data/worker.log")
        self.show_what_to_try()

    def recall(self):
        """The keys of the last start, as long as the database still knows them."""
        if KEPT.exists():
            self.kept = dict(line.split("=", 1) for line in KEPT.read_text().splitlines() if "=" in line)
        if request("GET", "/contracts", self.kept.get("ADMIN_KEY", "none"))[0] == 401:
            self.kept = {}
        for role in ("admin", "producer"):
            self.ensure(f"{role.upper()}_KEY", "key", "create", "--role", role)

    def ensure(self, name, *command):
        if name not in self.kept:
            self.kept[name] = re.search(r"\bwhk_\S+", self.command(*command)).group()

    def remember(self):
        lines = "".join(f"{name}={value}\n" for name, value in self.kept.items())
        with open(os.open(KEPT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(lines)

    def ensure_webhook(self):
        key = self.kept["PARTNER_KEY"]
        if "WEBHOOK_ID" in self.kept and request("GET", f"/webhooks/{self.kept['WEBHOOK_ID']}", key)[0] == 200:
            return
        for stranded in must(request("GET", "/webhooks?url=" + self.receiver.url, key))["data"]:
            must(request("DELETE", f"/webhooks/{stranded['id']}", key))
        wanted = {"contract_id": "CTR-1001", "url": self.receiver.url, "event_types": [EVENT_TYPE, "product.added"]}
        made = must(request("POST", "/webhooks", key, wanted))
        self.kept |= {"WEBHOOK_ID": made["id"], "WEBHOOK_SECRET": made["secret"]}

    def show_arrival(self, event, error):
        if error:
            say(f"refused    {error}")
            return
        say(f"delivered  {event['id']}  {event['type']}  {event['subject']}  sequence {event['sequence']}")
        if event["type"] == EVENT_TYPE:
            data = event["data"]
            flight = f"{data['flight']['carrier']} {data['flight']['number']}"
            say(f"           {flight}: {data['previous_status']} → {data['status']}, {data['delay_minutes']} minutes")
        say("           signature verified")
        self.verified.set()

    def show_what_to_try(self):
        example = (ROOT / "schema/events/product.added.example.json").read_text()
        product = {"type": "product.added", "contract_id": "CTR-1001", "subject": "product/PR-7", "data": json.loads(example)}
        kept = self.kept
        say(f"""
Partner Webhooks is at {BASE}; logs are in data/,
metrics at http://127.0.0.1:{API_OPS}/metrics and http://127.0.0.1:{WORKER_OPS}/metrics.

  partner key   {kept['PARTNER_KEY']}
  producer key  {kept['PRODUCER_KEY']}
  admin key     {kept['ADMIN_KEY']}

Try:
  curl {BASE}/webhooks -H 'Authorization: Bearer {kept['PARTNER_KEY']}'

  curl {BASE}/events -H 'Authorization: Bearer {kept['PRODUCER_KEY']}' -H 'Content-Type: application/json' -d '{json.dumps(product)}'

  curl {BASE}/webhooks/{kept['WEBHOOK_ID']}/deliveries -H 'Authorization: Bearer {kept['PARTNER_KEY']}'

Ctrl-C stops everything; data/ is kept for the next start.""")


def main():
    try:
        Demo(sys.argv[1]).run()
    except Failure as failure:
        print(f"./dev run: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
