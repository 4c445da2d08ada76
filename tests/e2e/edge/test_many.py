"""Many connections: two thousand idle ones, and the limits."""

import resource
import select
import socket

import pytest


@pytest.fixture(autouse=True)
def descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))


def test_2000_idle_connections_cost_little_and_stay_usable(start):
    server = start(per_address=4000)
    before = server.resident_kb()
    clients = [server.client() for _ in range(2000)]
    server.wait(lambda stats: stats["connections"] == 2001)
    assert server.resident_kb() - before < 60_000
    work = server.cpu_seconds()
    with server.client() as healthy:
        for number in range(500):
            assert healthy.get(f"/sync?id={number}").answer().json() == str(number)
    for number, client in enumerate(clients):
        assert client.get(f"/async?id={number}").answer().json() == str(number)
    assert server.cpu_seconds() - work < 10
    for client in clients:
        client.close()
    server.wait(lambda stats: stats["connections"] == 1)


@pytest.mark.parametrize("limit", [dict(connections=16), dict(per_address=16)])
def test_over_the_limit_is_a_polite_503(start, limit):
    server = start(**limit, linger_ms=200)
    with server.client() as probe:
        clients = [server.client() for _ in range(15)]
        for client in clients:
            assert client.get("/json").answer().status == 200
        probe.get("/json").answer()
        with server.client() as refused:
            answer = refused.answer()
            assert answer.status == 503
            assert answer.header("Content-Type") == "application/problem+json"
            assert answer.header("Retry-After")
            assert answer.header("Connection") == "close"
            assert refused.ended()
        crowd = [server.client() for _ in range(200)]  # silent ones: told and cut, not kept
        for client in crowd:
            try:
                client.rest()
            except ConnectionResetError:
                pass
            client.close()
        assert probe.get("/sync?id=still").answer().json() == "still"
        clients.pop().close()
        for _ in range(20_000):
            with server.client() as client:
                try:
                    if client.get("/json").answer().status == 200:
                        break
                except ConnectionError:
                    pass  # told and cut before it asked
        else:
            raise AssertionError("the place that became free is not given again")
        for client in clients:
            client.close()


def test_connections_spread_over_all_io_threads(start):
    """The duplicated descriptors must not leave Pistache only every other number to deal by."""
    server = start(threads=2)
    clients = [server.client() for _ in range(40)]
    for client in clients:
        client.get("/json").answer()
    before = threads_cpu(server)
    for _ in range(100):
        for client in clients:
            client.get("/json").answer()
    after = threads_cpu(server)
    busiest = sorted((after[thread] - before.get(thread, 0) for thread in after), reverse=True)
    assert busiest[1] > busiest[0] / 5, busiest
    for client in clients:
        client.close()


def threads_cpu(server):
    import pathlib

    times = {}
    for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
        times[task.name] = int((task / "schedstat").read_text().split()[0])
    return times


def test_of_many_that_connect_at_once_none_waits_for_the_next(start):
    """Pistache: a client queued while its thread clears the wake-up waits until another one connects."""
    server = start()
    for _ in range(1500):
        burst = [socket.socket() for _ in range(4)]
        for each in burst:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", server.port))
        for each in burst:
            each.settimeout(60)
            select.select([], [each], [], 60)
            each.sendall(b"GET /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        for each in burst:
            assert each.recv(65536).startswith(b"HTTP/1.1 200")
            each.close()
