"""Endpoints that misbehave: each attempt ends on time, is told apart in the log, and leaves nothing behind."""

import os
import ssl
import threading

import pytest

from hostile import HostileEndpoints, NameServer, Spot
from hostile_kinds import ANSWERS, HANDSHAKES, OK, Kind, answers, answers_all
from service import FINISHED
from waiting import eventually

TIMEOUT_S = 10  # all the endpoints together share one core's time, and only those that hang may need so long
SETTINGS = {
    "retry_schedule": "0s",  # one attempt: what came of it is all that the log shows
    "attempt_timeout": f"{TIMEOUT_S}s",
    "senders": 96,
}


@pytest.fixture
def endpoints():
    made = HostileEndpoints()
    yield made
    made.close()


@pytest.fixture
def name_server():
    made = []

    def start(answer):
        made.append(NameServer(answer))
        return made[-1]

    yield start
    for server in made:
        server.close()


def resources(process):
    """Descriptors and threads of a process."""
    return tuple(len(os.listdir(f"/proc/{process.pid}/{kind}")) for kind in ("fd", "task"))


def outcome(service, webhook, event):
    """Error class and status of the one attempt of that delivery."""
    delivery = service.delivery(webhook, event)
    assert delivery["state"] in FINISHED, delivery
    [attempt] = delivery["attempts"]
    succeeded = attempt["error"] is None and attempt["status_code"] // 100 == 2
    assert delivery["state"] == ("delivered" if succeeded else "failed")
    return attempt["error"], attempt["status_code"]


def places(endpoints, certificates):
    """Every kind with its URL and the port that counts its connections, which must be one."""
    for name, kind in ANSWERS.items():
        for scheme, tls in (("http", None), ("https", certificates.server)):
            port = endpoints.serve(kind.script, tls)
            yield f"{scheme} {name}", kind, f"{scheme}://127.0.0.1:{port}/{name}", port
    for name, kind in HANDSHAKES.items():
        port = endpoints.serve(kind.script)
        yield f"tls {name}", kind, f"https://127.0.0.1:{port}/{name}", port
    identities = {
        "expired": (certificates.issue("expired", days=-1), "tls_certificate"),
        "self-signed": (certificates.issue("self-signed", self_signed=True), "tls_certificate"),
        "wrong-host": (certificates.issue("wrong-host", names="DNS:other.test"), "tls_certificate"),
        "tls-1.0": (certificates.issue_old("old", ssl.TLSVersion.TLSv1), "tls_handshake"),
        "tls-1.1": (certificates.issue_old("older", ssl.TLSVersion.TLSv1_1), "tls_handshake"),
        "wants-a-certificate": (certificates.issue_demanding("demanding"), "tls_handshake"),
    }
    for name, (tls, error) in identities.items():
        port = endpoints.serve(answers_all, tls)
        yield f"tls {name}", Kind(None, error), f"https://127.0.0.1:{port}/{name}", port
    yield "refuse", Kind(None, "connect_refused"), f"http://127.0.0.1:{endpoints.refuse()}/", None
    yield "blackhole", Kind(None, "connect_timeout"), f"http://127.0.0.1:{endpoints.blackhole()}/", None


@pytest.mark.timeout(600)
def test_each_kind_ends_on_time_with_its_own_error_and_leaves_nothing_behind(
    start_service, receiver, endpoints, certificates
):
    service = start_service(ca_file=certificates.ca_file, **SETTINGS)
    healthy = service.create_webhook(receiver, "product.updated")
    service.wait_delivered(healthy, service.publish("product.updated"))
    before = resources(service.worker)

    kinds = list(places(endpoints, certificates))
    webhooks = [service.create_webhook(Spot(url), "product.added") for _, _, url, _ in kinds]
    event = service.publish("product.added")
    hanging = next(port for name, _, _, port in kinds if name == "http no-answer")
    eventually(lambda: endpoints.connections(hanging), "the silent endpoint was reached")
    fluent = service.publish_many(20, "product.updated")
    eventually(lambda: service.backlog() == 0, "every attempt has ended")

    found = {name: outcome(service, webhook, event) for (name, *_), webhook in zip(kinds, webhooks)}
    assert found == {name: (kind.error, kind.status) for name, kind, _, _ in kinds}
    counts = {name: endpoints.connections(port) for name, _, _, port in kinds if port}
    assert set(counts.values()) == {1}, counts  # no redirect is followed, nothing is sent twice

    # The healthy webhook's events did not wait for those that hang.
    silent = webhooks[[name for name, *_ in kinds].index("http no-answer")]
    end_of_silence = service.delivery(silent, event)["finished_at"]
    ends = [service.wait_delivered(healthy, one)["finished_at"] for one in fluent]
    assert sum(end < end_of_silence for end in ends) >= len(ends) / 2

    # Idle connections close by themselves; nothing else may be left.
    eventually(lambda: service.metric("webhooks_attempts_in_flight") == 0, "no sender is held")

    def nothing_is_left():
        return all(now <= then for now, then in zip(resources(service.worker), before))

    eventually(nothing_is_left, f"descriptors and threads are {before} again")


def test_what_names_lead_to_is_told_apart(start_service, endpoints, name_server):
    here, there = "127.0.0.1", "::1"
    turned = threading.Event()
    answer = {
        "missing.test": lambda v6: 3,
        "failing.test": lambda v6: 2,
        "refusing.test": lambda v6: 5,
        "empty.test": lambda v6: [],
        "silent.test": lambda v6: None,
        "private.test": lambda v6: ["fd00::1"] if v6 else ["10.0.0.1"],
        "metadata.test": lambda v6: [] if v6 else ["169.254.169.254"],
        "mixed.test": lambda v6: [] if v6 else ["10.0.0.1", here],
        "v6-only.test": lambda v6: [there] if v6 else [],
        "dual.test": lambda v6: [there] if v6 else [here],
        "dead-first.test": lambda v6: [] if v6 else ["127.0.0.2", here],
        "no-aaaa.test": lambda v6: None if v6 else [here],
        # Permitted when it is checked first, private ever after: no answer lasts (its TTL is 0).
        "turning.test": lambda v6: [] if v6 else ["10.0.0.1" if turned.is_set() else here],
    }
    server = name_server(lambda name, v6: answer[name](v6))
    service = start_service(
        worker_options=("--dns-server", server.address, "--allow-cidr", "127.0.0.0/8", "--allow-cidr", "::1/128"),
        allow_cidr=None,
        **SETTINGS,
    )
    port = endpoints.serve(answers_all)
    with_v6 = endpoints.serve(answers_all, address=(there, 0))
    dead_first = endpoints.blackhole(("127.0.0.2", 0))
    endpoints.serve(answers_all, address=(here, dead_first))
    closing = endpoints.serve(answers(OK))
    cases = {
        "missing.test": (port, "dns_failure", None),
        "failing.test": (port, "dns_failure", None),
        "refusing.test": (port, "dns_failure", None),
        "empty.test": (port, "dns_failure", None),
        "silent.test": (port, "dns_timeout", None),
        "private.test": (port, "blocked_address", None),
        "metadata.test": (port, "blocked_address", None),
        "mixed.test": (port, None, 204),
        "v6-only.test": (with_v6, None, 204),
        "dual.test": (port, None, 204),
        "dead-first.test": (dead_first, None, 204),
        "no-aaaa.test": (port, None, 204),
        "turning.test": (closing, None, 200),
    }
    webhooks = {
        name: service.create_webhook(Spot(f"http://{name}:{at}/"), "product.added", "product.removed")
        for name, (at, _, _) in cases.items()
    }
    event = service.publish("product.added")
    eventually(lambda: service.backlog() == 0, "every attempt has ended")
    found = {name: outcome(service, webhook, event) for name, webhook in webhooks.items()}
    assert found == {name: (error, status) for name, (_, error, status) in cases.items()}

    turned.set()
    again = service.publish("product.removed")
    eventually(lambda: service.backlog() == 0, "every attempt has ended")
    assert outcome(service, webhooks["turning.test"], again) == ("blocked_address", None)
    assert endpoints.connections(closing) == 1


def test_a_connection_that_died_while_idle_costs_no_attempt(start_service, endpoints):
    heard = threading.Semaphore(0)

    def answers_and_closes_later(peer):
        if peer.read_request() is not None and peer.write(b"HTTP/1.1 204 No Content\r\n\r\n"):
            heard.release()
            peer.close()

    service = start_service(**SETTINGS)
    webhook = service.create_webhook(Spot(f"http://127.0.0.1:{endpoints.serve(answers_and_closes_later)}/"))
    for _ in range(5):
        event = service.publish()
        assert heard.acquire(timeout=60)
        [attempt] = service.wait_delivered(webhook, event)["attempts"]
        assert attempt["status_code"] == 204


def test_bytes_that_nobody_asked_for_are_not_the_next_answer(start_service, endpoints):
    def answers_twice(peer):
        while peer.read_request() is not None:
            if not peer.write(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" + OK * 3):
                return

    service = start_service(**SETTINGS)
    webhook = service.create_webhook(Spot(f"http://127.0.0.1:{endpoints.serve(answers_twice)}/"))
    for _ in range(3):
        event = service.publish()
        assert service.wait_finished(webhook, event)["attempts"][0]["status_code"] == 500
