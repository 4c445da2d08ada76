"""The code in api/GUIDE.md does what it says: run as it stands there, against the real service."""

import json
import os
import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

import document
from receiver import Receiver

GUIDE = (Path(__file__).resolve().parents[2] / "api" / "GUIDE.md").read_text()


def code(kind):
    blocks = re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, re.M | re.S)
    assert blocks, kind
    return "\n".join(blocks)


def run(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def tour(service, folder, **changed):
    settings = {
        "API": service.api_address,
        "PARTNER_KEY": service.partner.key,
        "PRODUCER_KEY": service.producer.key,
        "ADMIN_KEY": service.admin.key,
        "DOWNLOADS": str(folder),
    }
    return run("bash", "-euo", "pipefail", "-c", code("sh tour"), **settings, **changed)


def test_the_tour_calls_every_route(service, tmp_path):
    endpoint = Receiver(verifies=False)  # the secret is told to the tour alone
    try:
        told = tour(service, tmp_path, ENDPOINT=endpoint.url())
    finally:
        endpoint.close()
    assert "Product Removed" in told
    assert list(tmp_path.glob("Webhooks_*.xlsx"))
    assert service.partner.get("/webhooks").json()["total"] == 0
    toured = code("sh tour").replace("\\\n", " ")
    for path, item in document.document()["paths"].items():
        if path in ("/", "/portal/{file}"):  # for browsers
            continue
        pattern = re.sub(r"\\\{\w+\\\}", r"[^/?\" ]*(?:\"?\$\([^)]*\)\"?|[^/?\" ]+)", re.escape(path))
        assert re.search(rf"\$API{pattern}[\"?]", toured), f"the tour has no {path}"


@pytest.fixture
def arrival(service, receiver):
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())
    secret = service.partner.get(f"/webhooks/{webhook.id}/secret").json()["secret"]
    return secret, receiver.arrivals()[0]


def test_the_shell_tells_genuine_from_forged(arrival, tmp_path):
    secret, came = arrival
    file = tmp_path / "body.json"
    headers = {name.upper().replace("-", "_"): came.headers[name] for name in came.headers if name.startswith("webhook-")}

    def verdict(body):
        file.write_bytes(body)
        return run("bash", "-euo", "pipefail", "-c", code("sh verify"), SECRET=secret, BODY_FILE=str(file), **headers).strip()

    assert verdict(came.body) == "genuine"
    assert verdict(came.body + b" ") == "forged"


def test_node_tells_genuine_from_forged(arrival, tmp_path):
    secret, came = arrival
    (tmp_path / "verify.mjs").write_text(code("js verify"))
    (tmp_path / "main.mjs").write_text("""
      import { isGenuine } from './verify.mjs';
      const { secret, headers, body } = JSON.parse(process.env.CAME);
      const two = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` };
      console.log(JSON.stringify([
        isGenuine(secret, headers, Buffer.from(body)), isGenuine(secret, two, Buffer.from(body)),
        isGenuine(secret, headers, Buffer.from(`${body} `)),
        isGenuine(secret, headers, Buffer.from(body), Number(headers['webhook-timestamp']) + 301)]));""")
    given = json.dumps({"secret": secret, "headers": came.headers, "body": came.body.decode()})
    assert json.loads(run("node", str(tmp_path / "main.mjs"), CAME=given)) == [True, True, False, False]


def test_python_tells_genuine_from_forged_and_new_from_old(arrival):
    secret, came = arrival
    guide = {}
    exec(code("python verify"), guide)
    assert guide["is_genuine"](secret, came.headers, came.body)
    assert not guide["is_genuine"](secret, came.headers, came.body + b" ")
    assert not guide["is_genuine"](secret, came.headers, came.body, int(came.headers["webhook-timestamp"]) + 301)
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE seen (id TEXT PRIMARY KEY)")
    done = []
    assert guide["take"](database, came.headers, done.append)
    assert not guide["take"](database, came.headers, done.append)
    assert len(done) == 1


def test_the_pages_client_creates_once_and_changes_safely(service, receiver, tmp_path):
    (tmp_path / "client.mjs").write_text(code("js page"))
    (tmp_path / "main.mjs").write_text("""
      import { client } from './client.mjs';
      const { API, KEY, WEBHOOK } = process.env;
      const ask = client(API, KEY);
      const first = await ask.create(JSON.parse(WEBHOOK), 'press-1');
      const again = await ask.create(JSON.parse(WEBHOOK), 'press-1');
      const duplicate = await ask.create(JSON.parse(WEBHOOK)).catch((error) => error.code);
      const changed = await ask.change(first.value.id, { description: 'new' });
      const { value: page } = await ask.list({ status: 'active', sort: '-number' });
      console.log(JSON.stringify([first.value.id === again.value.id, duplicate, changed.etag, page.data[0].description]));""")
    webhook = {"contract_id": service.contract_id, "url": receiver.url(), "event_types": ["product.added"]}
    told = run("node", str(tmp_path / "main.mjs"), API=service.api_address, KEY=service.partner.key, WEBHOOK=json.dumps(webhook))
    assert json.loads(told) == [True, "duplicate-webhook", '"2"', "new"]
