"""What the service tells those who watch it: metrics, readiness, and log lines that belong together."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from api import call
from service import Service
from waiting import eventually

OPS = Path(__file__).resolve().parents[2] / "common" / "ops"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


def metrics(ops):
    return call(ops, "GET", "/metrics").expect(200).body.decode()


def value(text, series):
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
    return float(found.group(1)) if found else None


@pytest.fixture
def busy_service(service, receiver):
    """One that has delivered, failed, rejected and refused."""
    webhook = service.create_webhook(receiver)
    receiver.answer(503)
    service.wait_delivered(webhook, service.publish())
    service.producer.post("/events", {}).expect(422)
    service.sql("INSERT INTO outbox (type, contract_id, subject, data) VALUES ('none', 'CTR-1001', 's', '{}')")
    eventually(lambda: value(metrics(service.worker_ops), 'webhooks_events_total{status="rejected"}') == 1, "rejected")
    return service


def test_metrics_keep_to_the_conventions(busy_service):
    for ops in (busy_service.api_ops, busy_service.worker_ops):
        done = subprocess.run(["promtool", "check", "metrics"], input=metrics(ops), capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_rules_and_dashboard_ask_for_what_is_exported(busy_service):
    exported = set()
    for ops in (busy_service.api_ops, busy_service.worker_ops):
        for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", metrics(ops), re.M):
            exported |= {name} | ({f"{name}_{s}" for s in ("bucket", "sum", "count")} if kind == "histogram" else set())
    board = json.loads((OPS / "dashboard.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    text = (OPS / "alerts.yml").read_text()
    asked += re.findall(r"expr: ((?:>-\n(?: {10}.*\n)+)|.*)", text)
    assert len(asked) > text.count("- alert:")
    names = {name for expr in asked for name in re.findall(r"\bwebhooks_\w+", expr)}
    assert names <= exported, names - exported


def test_what_was_done_is_counted(busy_service):
    worker, api = metrics(busy_service.worker_ops), metrics(busy_service.api_ops)
    assert value(worker, "webhooks_delivery_latency_seconds_count") == 1
    assert value(worker, 'webhooks_attempts_total{error="none",verdict="retry"}') == 1
    assert value(worker, 'webhooks_attempts_total{error="none",verdict="delivered"}') == 1
    assert value(worker, "webhooks_senders_busy") == 0
    assert value(worker, "webhooks_senders") == 8
    assert value(api, "webhooks_store_up") == 1
    assert value(api, 'webhooks_webhooks{status="active"}') == 1
    assert value(api, "webhooks_database_bytes") > 0
    assert value(api, "webhooks_database_disk_free_bytes") > 0
    assert value(api, "webhooks_api_commit_duration_seconds_count") > 0
    assert re.search(r'^webhooks_build_info\{engine="SQLite 3[^"]*",program="webhooks-api",version="[^"]+"\} 1$', api, re.M)


def test_paths_that_clients_make_up_are_one_series(service):
    before = metrics(service.api_ops).count("webhooks_api_requests_total{")
    for n in range(30):
        service.anonymous("GET", f"/made-up/{n}").expect(404)
    assert metrics(service.api_ops).count("webhooks_api_requests_total{") <= before + 1


def publish(service, **headers):
    answer = service.producer.post("/events", service.event(), **headers).expect(202)
    return answer.json()["id"], answer.headers["X-Request-Id"]


def attempt_line(service, event):
    def found():
        lines = [line for line in service.worker.log if "delivery.attempted" in line and f"event_id={event} " in line]
        return lines[0] if lines else None

    return eventually(found, f"the attempt of {event} in the log")


def test_an_attempt_is_a_span_of_its_producers_trace(service, receiver):
    service.create_webhook(receiver)
    receiver.answer(503)
    event, _ = publish(service, traceparent=f"00-{TRACE}-{PARENT}-01")
    sent = [arrival.headers["traceparent"] for arrival in receiver.wait_for(event, count=2)]
    spans = [re.fullmatch(rf"00-{TRACE}-([0-9a-f]{{16}})-01", header).group(1) for header in sent]
    assert len({*spans, PARENT}) == 3
    assert f"trace_id={TRACE} span_id={spans[0]}" in attempt_line(service, event)
    assert any(f"trace_id={TRACE}" in line for line in service.api.log if "api.request" in line)


def test_without_a_valid_trace_partners_get_none(service, receiver):
    service.create_webhook(receiver)
    for headers in ({}, {"traceparent": "00-nonsense"}, {"traceparent": f"00-{'0' * 32}-{PARENT}-01"}):
        event, _ = publish(service, **headers)
        [arrival, *_] = receiver.wait_for(event)
        assert "traceparent" not in arrival.headers


def test_the_requests_id_goes_with_its_events(service, receiver):
    service.create_webhook(receiver)
    event, request_id = publish(service, **{"X-Request-Id": "order-4711"})
    assert request_id == "order-4711"
    assert "request_id=order-4711 " in attempt_line(service, event)


def test_producers_who_write_sql_may_say_where_an_event_comes_from(service, receiver):
    service.create_webhook(receiver)
    event = service.event()
    for id, trace in (("traced", f"00-{TRACE}-{PARENT}-00"), ("untraced", "x" * 5000)):
        service.sql(
            "INSERT INTO outbox (id, type, contract_id, subject, data, request_id, traceparent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(id, event["type"], event["contract_id"], id, json.dumps(event["data"]), "job-7", trace),
        )
    [traced, *_] = receiver.wait_for("traced")
    assert traced.headers["traceparent"].startswith(f"00-{TRACE}-")
    assert traced.headers["traceparent"].endswith("-00")
    [untraced, *_] = receiver.wait_for("untraced")
    assert "traceparent" not in untraced.headers
    assert "request_id=job-7 " in attempt_line(service, "untraced")


def test_json_logs_are_one_object_a_line(bin_dir, make_service, receiver, monkeypatch):
    service: Service = make_service()
    for process in (service.api, service.worker):
        process.command += ["--log-format", "json"]
    monkeypatch.setattr(type(service.api), "wait_for_log", wait_for_json)
    service.start()
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())
    service.worker.stop()
    service.api.stop()
    lines = [json.loads(line) for process in (service.api, service.worker) for line in process.log]
    assert {"api.request", "delivery.attempted", "worker.stopped", "api.stopped"} <= {line["event"] for line in lines}
    assert all({"time", "level", "event"} <= line.keys() for line in lines)


def wait_for_json(process, event, **_):
    def found():
        assert process.running or process.log, process.report()
        return next((line for line in map(json.loads, process.log) if line["event"] == event), None)

    return eventually(found, f"{process.name} says {event}")
