"""Stopping: what is in flight is finished, what comes late is told, and no client can hold up the end."""

import socket

import pytest


def test_a_held_request_is_answered_after_the_signal(start):
    server = start(drain_ms=60_000)
    with server.client() as held, server.client() as late, server.client() as helper:
        late.get("/json").answer()
        held.get("/hold")
        helper.get("/hold")
        server.wait(lambda stats: stats["held"] == 2)
        server.begin_stop()
        answer = late.get("/sync?id=late", "Origin: https://app.example").answer()
        assert answer.status == 503
        assert answer.header("Connection") == "close"
        assert answer.header("Retry-After")
        assert answer.header("Access-Control-Allow-Origin") == "https://app.example"
        server.process.send_signal(0)  # it is still there
        held.reset()
        helper.reset()
    server.finish_stop()


def test_asynchronous_answers_on_their_way_are_flushed(start):
    server = start()
    clients = [server.client() for _ in range(20)]
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
        client.get("/stream?bytes=30000000&length=30000000")
        client.take(1000)
        server.begin_stop()
        assert len(client.take(1) + client.rest()) > 29_999_000
    server.finish_stop()


def test_new_connections_are_refused_while_draining(start):
    server = start(drain_ms=60_000)
    with server.client() as held, server.client() as probe:
        held.get("/hold")
        server.wait(lambda stats: stats["held"] == 1)
        server.begin_stop()
        assert probe.get("/json").answer().status == 503  # by now it is draining
        for _ in range(1000):
            try:
                server.client().close()
            except ConnectionError:
                break
        else:
            raise AssertionError("still accepting")
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
