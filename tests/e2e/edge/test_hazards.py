"""A named test for every way in which Pistache 0.0.5's own HTTP layer was measured to fail (and newer ones too)."""

import json
import re
import signal

import pytest


def alive(server):
    assert server.fetch("/sync?id=alive").json() == "alive"


def test_k1_a_path_of_14625_slashes_does_not_crash(server):
    """Pistache: SIGSEGV in the router's std::regex."""
    with server.client() as client:
        assert client.get("/" * 14_625).answer().status == 414
    assert server.fetch("/" * 8_000).status == 404
    alive(server)


@pytest.mark.parametrize("cut", range(1, len(b"5\r\nhello\r\n0\r\n\r\n")))
def test_k2_a_chunked_body_cut_between_cr_and_lf_does_not_spin(server, cut):
    """Pistache: the I/O thread spins for ever and SIGTERM cannot stop it."""
    body = b"5\r\nhello\r\n0\r\n\r\n"
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body[:cut])
        alive(server)  # one I/O thread: what was sent before has been read before
        assert client.send(body[cut:]).answer().json()["body"] == "hello"


def test_k2_a_client_that_leaves_between_cr_and_lf_lets_the_server_stop(start):
    server = start()
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r")
        alive(server)
    server.stop()


@pytest.mark.parametrize("leave", ["close", "reset"])
def test_k3_answering_from_another_thread_after_the_client_has_gone(server, leave):
    """Pistache: SIGSEGV in Peer::fd()."""
    clients = [server.client().get("/hold") for _ in range(50)]
    server.wait(lambda stats: stats["held"] == 50)
    for client in clients:
        getattr(client, leave)()
    server.wait(lambda stats: stats["connections"] <= 51)
    assert server.fetch("/release").json() == {"released": 50}
    alive(server)
    server.wait(lambda stats: stats["in_flight"] == 1 and stats["connections"] == 1)


def test_l1_a_reused_descriptor_number_does_not_carry_the_answer_over(server):
    """Pistache: client B gets client A's response. The storm of it is in test_crosstalk.py."""
    for number in range(300):
        gone = server.client().get("/hold")
        server.wait(lambda stats: stats["held"] == 1)
        gone.reset()
        with server.client() as next_client:  # takes the number that became free
            next_client.get(f"/async?id={number}")
            server.fetch("/release")
            assert next_client.answer().json() == str(number)


@pytest.mark.parametrize(
    "head",
    [
        b"POST /echo HTTP/1.1\r\nHost: a\r\nAccept: *\r\nContent-Length: 100\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: a\r\nbroken\r\nContent-Length: 100\r\n\r\n",
        b"POST /%zz HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n",
    ],
)
def test_s1_a_body_is_never_executed_as_the_next_request(start, head):
    """Pistache: after a parse error or 413 the body is executed."""
    server = start(linger_ms=60_000)  # the body may come long after the refusal
    smuggled = b"DELETE /echo/victim HTTP/1.1\r\nHost: a\r\n\r\n"
    with server.client() as client:
        client.send(head)
        alive(server)
        client.send(smuggled + b"x" * (100 - len(smuggled)))
        answer = client.answer()
        assert answer.status in (200, 400, 413)
        if answer.status == 200:
            assert answer.json()["body"].startswith("DELETE")
        assert client.finish().ended()
    seen = server.stats()["requests"]
    assert seen == (3 if answer.status == 200 else 2)  # alive, stats, and the echo if it was one


def test_a_stalled_reader_of_a_large_answer_freezes_nobody(server):
    """Pistache: every connection of its thread hangs, at 100 % CPU. With many of them: test_time.py."""
    with server.client(SO_RCVBUF=4096) as stalled:
        stalled.get("/big?bytes=2500000")
        for _ in range(100):
            alive(server)
        assert len(stalled.answer().body) == 2_500_000


def test_a_header_of_4_mb_is_cut_at_the_limit(server):
    """Pistache: quadratic parse, 7.4 s of an I/O thread."""
    with server.client() as client:
        client.send(b"GET /echo HTTP/1.1\r\nHost: a\r\nX: ")
        try:
            for _ in range(1000):
                client.send(b"y" * 4096)
        except (BrokenPipeError, ConnectionResetError):
            pass
        else:
            assert client.answer().status == 431
    alive(server)


def test_a_head_byte_by_byte_is_read_in_linear_time(start):
    """The same head in one piece and in 16,000: the work per byte must not grow with what came before."""
    server = start(body=1000, header_ms=170_000)
    head = b"GET /echo HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 15_000

    def grows():
        halves = []
        with server.client() as client:
            for part in (head[:7500], head[7500:]):
                before = server.cpu_seconds()
                for byte in part:
                    client.send(bytes([byte]))
                alive(server)
                halves.append(server.cpu_seconds() - before)
            assert client.send(b"\r\n\r\n").answer().status == 200
        return halves[1] >= 3 * halves[0] + 0.1

    # Three times: a machine that is held up reads many bytes at once, and these cost hardly anything in the first half.
    assert not all(grows() for _ in range(3))


@pytest.mark.parametrize("earlier", [0, 1, 5])
def test_timeouts_hold_for_later_requests_too(start, earlier):
    """Pistache: for the first request of a connection only."""
    server = start(header_ms=100)
    with server.client() as client:
        for _ in range(earlier):
            assert client.get("/json").answer().status == 200
        assert client.send(b"GET /js").answer().status == 408


@pytest.mark.parametrize(
    "header",
    [
        "Cookie: a=1; flag",
        "Cookie: =; ;;a",
        "Cookie: a=\"b c\"; d=e=f",
        "Cache-Control: immutable",
        "Cache-Control: max-age=0, stale-while-revalidate=5, x",
        "Accept: *",
        "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
        "Accept: application/json;q=1.0000",
        "Content-Type: application/json-patch+json",
        "Content-Type: application/vnd.api+json; profile=\"x\"",
        "Content-Type: nonsense",
        "Authorization: Bearer a.b.c",
        "If-Match: W/\"1\", \"2\"",
        "Date: yesterday",
        "Connection: x-custom",
        "Access-Control-Request-Headers: *",
        "User-Agent: \xe4\xf6\xfc",
        "Server: ,,,",
    ],
)
def test_legal_header_values_reach_the_handler(server, header):
    """Pistache: 500 or 415 in plain text before any handler."""
    name, value = header.split(": ", 1)
    with server.client() as client:
        client.send(f"GET /json HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n".encode("latin-1"))
        assert client.answer().status == 200
        if value.isascii():
            client.send(f"GET /echo HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n".encode())
            assert [name, value] in client.answer().json()["headers"]


def test_paths_and_queries_are_percent_decoded(server):
    seen = server.fetch("/echo/a%20b?q=%C3%A4+%26").json()
    assert seen["segments"] == ["echo", "a b"]
    assert seen["query"] == [["q", "ä &"]]


def test_a_repeated_query_key_keeps_all_values(server):
    """Pistache: the first only."""
    assert server.fetch("/echo?s=1&s=2&s=3").json()["query"] == [["s", "1"], ["s", "2"], ["s", "3"]]


def test_head_does_not_send_the_body(server):
    with server.client() as client:
        assert client.get("/json", method="HEAD").answer("HEAD").header("Content-Length") != "0"
        assert client.get("/sync?id=next").answer().json() == "next"


def test_pipelined_requests_are_not_dropped(server):
    with server.client() as client:
        client.send(b"".join(b"GET /sync?id=%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(100)))
        assert [client.answer().json() for _ in range(100)] == [str(number) for number in range(100)]


def test_expect_100_continue_is_honoured(server):
    """Pistache: ignored, and curl waits a second."""
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.answer().status == 100
        assert client.send(b"ok").answer().json()["body"] == "ok"


def test_connection_close_closes(server):
    with server.client() as client:
        client.get("/json", "Connection: close").answer()
        assert client.ended()


def test_the_answer_says_keep_alive(server):
    """Pistache: no Connection header, so that curl never reuses."""
    with server.client() as client:
        assert client.get("/json").answer().header("Connection") == "keep-alive"


def test_any_header_of_a_reply_is_sent(server):
    """Pistache: addRaw headers are not."""
    assert server.fetch("/header?name=X-Anything&value=at%20all").header("X-Anything") == "at all"


@pytest.mark.parametrize(
    "field",
    ["name=X-A&value=b%0d%0aSet-Cookie:%20c=d", "name=X-A&value=b%0ac", "name=X-A&value=b%0dc", "name=X-A%0d%0aB&value=c",
     "name=X%20A&value=b", "name=X:A&value=b", "name=&value=b", "name=X-A&value=b%7f", "name=X-A&value=%1b[0m"],
)
def test_nothing_can_be_injected_into_a_header(server, field):
    """Pistache: CR and LF in values are not filtered."""
    answer = server.fetch(f"/header?{field}")
    assert answer.status == 500
    assert not {"set-cookie", "x-a", "b"} & {name.lower() for name, _ in answer.headers}


@pytest.mark.parametrize("name", ["Content-Length", "Transfer-Encoding", "Connection", "Date", "X-Request-Id"])
def test_a_reply_cannot_double_the_framing(server, name):
    answer = server.fetch(f"/header?name={name.lower()}&value=7")
    assert answer.status == 200
    assert answer.header(name) != "7"


def test_the_edge_makes_no_405_of_its_own(server):
    """Pistache's cannot be customised; here every method is the handler's business."""
    for method in ("GET", "PUT", "TRACE", "BREW"):
        assert server.fetch("/echo", method=method).json()["method"] == method


@pytest.mark.parametrize("target", ["/throw", "/nope", "/forget", "/status/429"])
def test_errors_keep_their_headers(server, target):
    """Pistache: what middleware had set is lost on errors."""
    answer = server.fetch(target, "Origin: https://app.example")
    assert answer.header("Access-Control-Allow-Origin") == "https://app.example"
    assert answer.header("X-Request-Id")


def test_throw_42_is_a_500_with_a_request_id_and_a_line_in_the_log(start):
    """Pistache: the process aborts."""
    server = start()
    with server.client() as client:
        answer = client.get("/throw-int", "X-Request-Id: find-me").answer()
        assert answer.status == 500
        assert answer.json() == {"type": "about:blank", "title": "Internal Server Error", "status": 500, "request_id": "find-me"}
        assert client.get("/json").answer().status == 200
    assert re.search(r"error http\.handler_threw request_id=find-me", server.stop())


def test_what_is_not_in_the_body_but_in_the_log(start):
    """Pistache: what() becomes the body."""
    server = start()
    answer = server.fetch("/throw")
    assert answer.status == 500
    assert "secret" not in json.dumps(answer.headers) + answer.body.decode()
    assert "secret internals of the handler" in server.stop()


def test_stopping_finishes_requests_in_flight(start):
    """Pistache: shutdown() drops them. More in test_stop.py."""
    server = start(drain_ms=60_000)
    with server.client() as held:
        held.get("/hold")
        server.wait(lambda stats: stats["held"] == 1)
        server.begin_stop()
        server.process.send_signal(signal.SIGUSR1)
        assert held.answer().json() == {"held": True}
        assert held.ended()
    server.finish_stop()


def test_no_descriptor_is_leaked(start):
    """Pistache: timeoutAfter and serveFile leak them."""
    server = start(header_ms=100, linger_ms=100)
    server.wait(lambda stats: stats["connections"] == 1)
    before = server.descriptors()
    for _ in range(50):
        server.client().get("/json").close()
        server.client().get("/hold").reset()
        server.client().send(b"GET / HT").close()
        server.client().send(b"nonsense\r\n\r\n").close()
        server.client().get("/stream?bytes=100000000").reset()
        server.client(SO_RCVBUF=4096).get("/big?bytes=5000000").close()
        server.client().get("/stream?bytes=100000&fail=20000").close()
    waiting = [server.client().send(b"GET / HT") for _ in range(20)]
    for client in waiting:
        assert client.answer().status == 408
        client.close()
    server.fetch("/release")
    server.wait(lambda stats: stats["connections"] == 1 and stats["sources"] == 0)
    assert server.descriptors() <= before + 2
