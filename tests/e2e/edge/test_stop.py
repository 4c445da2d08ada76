"""Stopping: what is in flight is finished, what comes late is told, and no client can hold up the end."""

import signal
import socket

import pytest


def first_late(client):
    """The signal has been taken a moment before the server acts on it: asks until it does."""
    while True:
        answer = client.get("/json", "Origin: https://app.example").answer()
        if answer.status != 200:
            assert answer.status == 503
            return answer


def test_a_held_request_is_answered_after_the_signal(start):
    server = start(drain_ms=60_000)
    with server.client() as held, server.client() as late, server.client() as gone:
        late.get("/json").answer()
        held.get("/hold")
        gone.get("/hold")
        server.wait(lambda stats: stats["held"] == 2)
        server.begin_stop()
        answer = first_late(late)
        assert answer.header("Connection") == "close"
        assert answer.header("Retry-After")
        assert answer.header("Access-Control-Allow-Origin") == "https://app.example"
        gone.reset()
        server.process.send_signal(signal.SIGUSR1)
        assert held.answer().json() == {"held": True}
    server.finish_stop()


def test_asynchronous_answers_on_their_way_are_flushed(start):
    server = start(drain_ms=60_000)
    clients = [server.client() for _ in range(20)]
    server.wait(lambda stats: stats["connections"] == 21)
    for number, client in enumerate(clients):
        client.get(f"/async?id={number}")
    first = clients[0].answer()
    assert first.json() == "0"
    server.begin_stop()
    for number, client in enumerate(clients[1:], 1):
        answer = client.answer()
        assert answer.status == 503 or answer.json() == str(number)
        client.close()
    clients[0].close()
    server.finish_stop()


def test_a_long_answer_being_read_is_finished(start):
    server = start(drain_ms=60_000)
    with server.client(SO_RCVBUF=65536) as client:
        client.get("/stream?bytes=8000000&length=8000000")
        client.take(1000)
        server.begin_stop()
        assert len(client.take(1) + client.rest()) > 7_999_000
    server.finish_stop()


def test_new_connections_are_refused_while_draining(start):
    server = start(drain_ms=60_000)
    with server.client() as held, server.client() as probe:
        held.get("/hold")
        server.wait(lambda stats: stats["held"] == 1)
        server.begin_stop()
        first_late(probe)
        with pytest.raises(ConnectionError):
            while True:
                server.client().close()
        held.reset()
    server.finish_stop()


@pytest.mark.parametrize("rude", ["silent", "half a head", "half a body", "reads nothing", "reads no stream", "held"])
def test_no_client_can_hold_up_the_end(start, rude):
    server = start(drain_ms=300)
    clients = []
    for _ in range(20):
        client = server.client(SO_RCVBUF=4096)
        clients.append(client)
        if rude == "half a head":
            client.send(b"GET /json HT")
        elif rude == "half a body":
            client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello")
        elif rude == "reads nothing":
            client.get("/big?bytes=5000000")
        elif rude == "reads no stream":
            client.get("/stream?bytes=500000000")
        elif rude == "held":
            client.get("/hold")
    server.wait(lambda stats: stats["connections"] >= 21)
    server.begin_stop()
    server.finish_stop()
    for client in clients:
        client.close()


def test_idle_connections_are_closed_in_order(start):
    server = start(drain_ms=60_000)
    clients = [server.client() for _ in range(50)]
    for client in clients:
        client.get("/json").answer()
    server.begin_stop()
    for client in clients:
        assert client.ended()
    server.finish_stop()


def test_it_can_be_started_again_on_the_same_port_at_once(start):
    server = start()
    with server.client() as client:
        client.get("/json").answer()
        server.stop()
    again = start(port=server.port)
    assert again.fetch("/sync?id=1").json() == "1"


def test_a_port_that_is_taken_is_an_error(start, binary):
    import subprocess

    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run([str(binary), f"port={taken.getsockname()[1]}"], capture_output=True, timeout=60)
    assert done.returncode != 0
