"""Timeouts on every request of a connection, and slow clients beside healthy ones.

Waiting is always for the server's move: a drip goes on until the server answers or until it has provably outlived the
timeout in question, measured in the server's own round trips.
"""

import select
import signal
import socket
import time

import pytest

# What a client that the machine holds up must not meet is long, unless the test is about it: the idle timeout, which runs
# from connecting on, and the time to read an answer that closes.
SHORT = dict(header_ms=150, idle_ms=60_000, grace_ms=200, slowest=1000, linger_ms=60_000)
IDLE_MS = 400


def readable(client, seconds=0.01):
    return bool(select.select([client.socket], [], [], seconds)[0])


def drip(client, data, until):
    """Sends a byte now and then until the server reacts or `until()`; True when the server reacted."""
    for byte in data:
        if readable(client):
            return True
        client.send(bytes([byte]))
        if until():
            return False
    return readable(client, 60)


def after(milliseconds):
    end = time.monotonic() + milliseconds / 1000
    return lambda: time.monotonic() >= end


def never():
    return False


def begin(server, target):
    """A connection whose request the server has taken in: what is left is its body. Where the machine held up the client
    for longer than the idle timeout, before it could ask, another one is made."""
    for _ in range(100):
        client = server.client()
        try:
            client.send(f"POST {target} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
            if client.socket.recv(1, socket.MSG_PEEK):
                assert client.answer().status == 100
                return client
        except ConnectionError:
            pass
        client.close()
    raise AssertionError("every connection was closed before it had asked")


@pytest.mark.parametrize("earlier", [0, 1, 3])
def test_a_head_that_drips_is_cut_on_any_request_of_a_connection(start, earlier):
    server = start(**SHORT)
    with server.client() as client:
        for _ in range(earlier):
            assert client.get("/json").answer().status == 200
        assert drip(client, b"GET /echo HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 10_000, never)
        answer = client.answer()
        assert answer.status == 408
        assert answer.header("Connection") == "close"
        assert answer.header("Content-Type") == "application/problem+json"


@pytest.mark.parametrize("earlier", [0, 2])
@pytest.mark.parametrize("framing", [b"Content-Length: 100000", b"Transfer-Encoding: chunked"])
def test_a_body_that_drips_is_cut_on_any_request_of_a_connection(start, earlier, framing):
    server = start(**{**SHORT, "slowest": 100_000})
    with server.client() as client:
        for _ in range(earlier):
            assert client.get("/json").answer().status == 200
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n")
        assert drip(client, b"1\r\nx\r\n" * 10_000, never)
        assert client.answer().status == 408


def test_a_body_that_stalls_is_cut(start):
    server = start(**SHORT)
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
        assert client.answer().status == 408


def test_a_body_that_moves_outlives_the_header_and_the_idle_timeout(start):
    server = start(**{**SHORT, "idle_ms": IDLE_MS, "grace_ms": 20_000})
    with begin(server, "/echo") as client:
        piece, outlived = b"x" * 1000, after(3 * (SHORT["header_ms"] + IDLE_MS))
        pieces = 0
        while not outlived():
            assert not readable(client), client.answer().status
            client.send(b"3e8\r\n" + piece + b"\r\n")
            pieces += 1
        answer = client.send(b"0\r\n\r\n").answer()
        assert answer.json()["body_size"] == 1000 * pieces


def test_an_idle_connection_is_closed_without_a_word(start):
    server = start(**{**SHORT, "idle_ms": IDLE_MS, "grace_ms": 20_000})
    with server.client() as fresh, begin(server, "/echo") as used:
        assert used.send(b"0\r\n\r\n").answer().status == 200
        assert fresh.ended()
        assert used.ended()


def test_waiting_for_a_handler_is_not_idling(start):
    server = start(**{**SHORT, "idle_ms": IDLE_MS, "grace_ms": 20_000})
    with begin(server, "/hold") as client:
        client.send(b"0\r\n\r\n")
        outlived = after(3 * IDLE_MS)
        while not outlived():
            assert not readable(client)
        while not readable(client):
            server.process.send_signal(signal.SIGUSR1)  # releases what is held: a request for it might come too late
        assert client.answer().json() == {"held": True}


@pytest.mark.parametrize("target", ["/big?bytes=30000000", "/stream?bytes=30000000"])
def test_a_client_that_does_not_read_is_cut_and_its_answer_let_go(start, target):
    server = start(**SHORT)
    with server.client(SO_RCVBUF=4096) as client:
        client.get(target)
        server.wait(lambda stats: stats["timeouts"] >= 1 and stats["connections"] == 1 and stats["sources"] == 0)
        with pytest.raises((ConnectionResetError, AssertionError)):
            client.answer()


def test_a_client_that_reads_slowly_but_steadily_is_not_cut(start):
    """Although its socket stays full, and so unwritable, for longer than the grace time."""
    grace_ms, pace = 8_000, 40_000  # bytes a second: far from the third of the socket's buffer that must be free
    server = start(**{**SHORT, "grace_ms": grace_ms})
    with server.client(SO_RCVBUF=32768) as client:
        client.get("/stream?bytes=80000000&length=80000000")
        began, taken, outlived = time.monotonic(), 0, after(1.2 * grace_ms)
        while not outlived():
            server.fetch("/json")
            if taken < pace * (time.monotonic() - began):
                data = client.socket.recv(4096)
                assert data
                taken += len(data)


def test_a_fast_beginning_does_not_pay_for_a_stall(start):
    server = start(**SHORT)
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n" + b"x" * 7_000_000)
        assert client.answer().status == 408  # at 1,000 bytes a second the seven million would pay for two hours


def test_stalled_and_dripping_clients_hold_up_nobody(start):
    """Pistache: one stalled reader of 2.5 MB freezes every connection of its thread at 100 % CPU."""
    server = start(header_ms=170_000, idle_ms=170_000, grace_ms=170_000)  # longer than this test may take
    stalled = [server.client(SO_RCVBUF=4096).get("/big?bytes=2500000") for _ in range(25)]
    stalled += [server.client(SO_RCVBUF=4096).get("/stream?bytes=250000000") for _ in range(25)]
    dripping = [server.client().send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Le") for _ in range(50)]
    server.wait(lambda stats: stats["connections"] >= 101)
    with server.client() as healthy:
        for number in range(2000):
            assert healthy.get(f"/sync?id={number}").answer().json() == str(number)
            if number % 40 == 0:
                dripping[number // 40].send(b"n")
    with server.client() as idle:
        work, clock = server.cpu_seconds(), time.monotonic()
        assert not readable(idle, 1.5)  # the time in which nothing but stalling happens
        work, clock = server.cpu_seconds() - work, time.monotonic() - clock
    assert work < clock / 2, "the server is busy although every client stalls"
    assert server.resident_kb() < 400_000
    for client in stalled + dripping:
        client.reset()
    server.wait(lambda stats: stats["connections"] == 1 and stats["sources"] == 0 and stats["in_flight"] == 1)


def test_a_long_stream_keeps_memory_flat(start):
    server = start()
    before = server.resident_kb()
    with server.client() as client:
        client.get("/stream?bytes=300000000&length=300000000")
        read = 0
        while read < 300_000_000:
            read += len(client.socket.recv(1 << 20))
    assert server.resident_kb() - before < 100_000  # sanitizers included


def test_pipelining_without_reading_keeps_memory_bounded(start):
    server = start()
    before = server.resident_kb()
    with server.client(SO_RCVBUF=4096) as client:
        client.socket.setblocking(False)
        request = b"GET /big?bytes=100000 HTTP/1.1\r\nHost: a\r\n\r\n" * 100
        try:
            for _ in range(1000):
                client.socket.send(request)
                server.fetch("/json")
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass
        assert server.resident_kb() - before < 100_000  # sanitizers included; unbounded it would be gigabytes
