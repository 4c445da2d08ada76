"""What users of HTTP expect of a server, over raw sockets."""

import gzip
import re
import socket

import pytest


def test_keep_alive_serves_many_requests_on_one_connection(server):
    with server.client() as client:
        for number in range(200):
            answer = client.get(f"/echo?n={number}").answer()
            assert answer.json()["query"] == [["n", str(number)]]
            assert answer.header("Connection") == "keep-alive"


@pytest.mark.parametrize("value", ["close", "Close", "foo, close", "keep-alive, close"])
def test_connection_close_closes(server, value):
    with server.client() as client:
        answer = client.get("/json", f"Connection: {value}").answer()
        assert answer.header("Connection") == "close"
        assert client.ended()


def test_http_1_0_closes_unless_asked_to_stay(server):
    with server.client() as client:
        assert client.get("/json", version="1.0").answer().header("Connection") == "close"
        assert client.ended()
    with server.client() as client:
        for _ in range(3):
            answer = client.get("/json", "Connection: Keep-Alive", version="1.0").answer()
            assert answer.header("Connection") == "keep-alive"


def test_pipelined_requests_are_answered_in_order(server):
    """Mixed answers from the I/O thread, other threads and streams; the slower ones must not be overtaken."""
    with server.client() as client:
        kinds = ["/sync?id={}", "/async?id={}", "/stream?bytes=1000{}"]
        wanted = [kinds[number % 3].format(number) for number in range(300)]
        client.send("".join(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n" for target in wanted))
        for number, target in enumerate(wanted):
            answer = client.answer()
            assert answer.status == 200
            if number % 3 < 2:
                assert answer.json() == str(number), target
            else:
                assert len(answer.body) == int(f"1000{number}")


def test_pipelined_requests_wait_while_one_is_held(server):
    with server.client() as client:
        client.get("/hold").get("/sync?id=after")
        server.wait(lambda stats: stats["held"] == 1)
        server.fetch("/release")
        assert client.answer().json() == {"held": True}
        assert client.answer().json() == "after"


def test_too_much_sent_ahead_is_dropped_and_the_connection_closed_after_the_answer(server):
    with server.client() as client:
        client.get("/hold")
        server.wait(lambda stats: stats["held"] == 1)
        request = b"GET /sync?id=1 HTTP/1.1\r\nHost: a\r\n\r\n"
        client.send(request * (70_000 // len(request)))
        server.fetch("/json")  # the server has but one I/O thread: what was sent before was read before
        server.fetch("/release")
        assert client.answer().header("Connection") == "close"
        client.finish()
        assert client.rest() == b""


@pytest.mark.parametrize("target", ["/json", "/list", "/stream?bytes=100", "/stream?bytes=100&length=100", "/nope", "/throw"])
def test_head_answers_without_a_body(server, target):
    with server.client() as client:
        get = client.get(target).answer()
        head = client.get(target, method="HEAD").answer("HEAD")
        assert head.status == get.status
        if target not in ("/nope", "/throw"):  # those bodies hold the request's id, so their length differs by its digits
            assert head.header("Content-Length") == get.header("Content-Length")
        assert client.get("/sync?id=next").answer().json() == "next"


def test_head_does_not_make_the_source_of_a_stream_run(server):
    with server.client() as client:
        client.get("/stream?bytes=100&fail=0", method="HEAD").answer("HEAD")
        assert client.get("/json").answer().status == 200
    server.wait(lambda stats: stats["sources"] == 0)


@pytest.mark.parametrize("status", [204, 304])
def test_no_content_and_not_modified_have_no_body_and_no_length(server, status):
    with server.client() as client:
        answer = client.get(f"/status/{status}?body=wrong").answer()
        assert answer.status == status
        assert answer.header("Content-Length") is None
        assert answer.header("Transfer-Encoding") is None
        assert client.get("/sync?id=next").answer().json() == "next"


@pytest.mark.parametrize("status", [404, 405, 406, 409, 412, 415, 422, 429, 500, 501])
def test_an_error_without_a_body_becomes_a_problem_document(server, status):
    answer = server.fetch(f"/status/{status}", "Origin: https://app.example")
    assert answer.status == status
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["request_id"] == answer.header("X-Request-Id")
    assert answer.header("Access-Control-Allow-Origin") == "https://app.example"


@pytest.mark.parametrize("status", [100, 101, 199, 600, 999])
def test_a_status_that_is_no_final_one_becomes_500(server, status):
    assert server.fetch(f"/status/{status}").status == 500


def test_expect_100_continue_is_answered_before_the_body(server):
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n")
        assert client.answer().status == 100
        assert client.send(b"hello").answer().json()["body"] == "hello"
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert client.answer().status == 100
        assert client.send(b"5\r\nhello\r\n0\r\n\r\n").answer().json()["body"] == "hello"


def test_expect_100_continue_is_left_out_when_the_body_is_there_or_refused(server):
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello")
        assert client.answer().status == 200
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
        assert client.answer().status == 413
        assert client.ended()


def test_expect_100_continue_behind_a_pipelined_request_comes_after_its_answer(server):
    with server.client() as client:
        client.get("/async?id=1")
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert client.answer().json() == "1"
        assert client.answer().status == 100
        assert client.send(b"hello").answer().json()["body"] == "hello"


@pytest.mark.parametrize("target", ["/sync?id=1", "/async?id=1", "/stream?bytes=500000"])
def test_a_client_that_shuts_its_side_still_gets_its_answers(server, target):
    with server.client() as client:
        client.get(target).get(target).finish()
        first, second = client.answer(), client.answer()
        assert first.status == 200 and first.body == second.body
        assert client.ended()


@pytest.mark.parametrize("target", ["/sync?id=1", "/async?id=1"])
def test_a_request_in_one_packet_with_the_end_of_its_connection_is_answered(server, target):
    with server.client() as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        client.get(target).finish()
        assert client.answer().json() == "1"
        assert client.ended()


def test_a_held_answer_reaches_a_client_that_has_shut_its_side(server):
    with server.client() as client:
        client.get("/hold").finish()
        server.wait(lambda stats: stats["held"] == 1)
        server.fetch("/release")
        assert client.answer().json() == {"held": True}
        assert client.ended()


def test_date_is_an_imf_fixdate(server):
    date = server.fetch("/json").header("Date")
    assert re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", date)


def test_the_request_id_is_echoed_if_harmless_and_made_if_not(server):
    assert server.fetch("/echo", "X-Request-Id: abc-1.2_3").json()["id"] == "abc-1.2_3"
    assert server.fetch("/echo", "X-Request-Id: abc-1.2_3").header("X-Request-Id") == "abc-1.2_3"
    for bad in ["a b", "a\tb", "ä", "x" * 129, "", "<script>"]:
        answer = server.fetch("/echo", f"X-Request-Id: {bad}")
        assert answer.header("X-Request-Id").startswith("req_")
        assert answer.json()["id"] == answer.header("X-Request-Id")


def test_made_request_ids_differ(server):
    with server.client() as client:
        ids = {client.get("/echo").answer().json()["id"] for _ in range(50)}
    ids |= {server.fetch("/echo").json()["id"] for _ in range(50)}
    assert len(ids) == 100


@pytest.mark.parametrize(
    "target, path, segments",
    [
        ("/echo", "/echo", ["echo"]),
        ("/echo/", "/echo/", ["echo", ""]),
        ("/echo/a%2Fb/c", "/echo/a/b/c", ["echo", "a/b", "c"]),
        ("/echo/%C3%A4%e2%82%ac", "/echo/ä€", ["echo", "ä€"]),
        ("/echo/a+b", "/echo/a+b", ["echo", "a+b"]),
        ("/echo/%25", "/echo/%", ["echo", "%"]),
        ("/echo//x", "/echo//x", ["echo", "", "x"]),
        ("/echo/../x", "/echo/../x", ["echo", "..", "x"]),
        ("http://other/echo?x", "/echo", ["echo"]),
    ],
)
def test_paths_are_decoded_after_they_are_split(server, target, path, segments):
    seen = server.fetch(target).json()
    assert (seen["path"], seen["segments"]) == (path, segments)


@pytest.mark.parametrize(
    "query, pairs",
    [
        ("a=1&b=2&a=3", [["a", "1"], ["b", "2"], ["a", "3"]]),
        ("a=1+2&b=1%2B2", [["a", "1 2"], ["b", "1+2"]]),
        ("a", [["a", ""]]),
        ("a=", [["a", ""]]),
        ("=a", [["", "a"]]),
        ("a=b=c", [["a", "b=c"]]),
        ("&&a=1&", [["a", "1"]]),
        ("", []),
        ("%C3%A4=%F0%9F%98%80", [["ä", "😀"]]),
        ("u=https%3A%2F%2Fx%2F%3Fa%3Db%26c&d=/?", [["u", "https://x/?a=b&c"], ["d", "/?"]]),
    ],
)
def test_queries_keep_order_and_repeats(server, query, pairs):
    assert server.fetch(f"/echo?{query}").json()["query"] == pairs


def test_options_with_an_asterisk(server):
    assert server.fetch("*", method="OPTIONS").status == 404  # the handler's answer, so it got there


@pytest.mark.parametrize("method", ["OPTIONS", "DELETE", "PATCH", "PROPFIND", "get"])
def test_any_method_on_any_route_reaches_the_handler(server, method):
    assert server.fetch("/echo", method=method).json()["method"] == method


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "deflate, gzip;q=0.5", "*", "br;q=1, *;q=0.1", "x-gzip"])
def test_large_json_is_compressed_when_accepted(server, accepted):
    answer = server.fetch("/list", f"Accept-Encoding: {accepted}")
    assert answer.header("Content-Encoding") == "gzip"
    assert answer.header("Vary") == "Accept-Encoding"
    assert gzip.decompress(answer.body) == server.fetch("/list").body


@pytest.mark.parametrize("accepted", ["gzip;q=0", "gzip; q=0.000, *", "*;q=0", "br", "identity", "gzipped", ""])
def test_nothing_is_compressed_when_not_accepted(server, accepted):
    answer = server.fetch("/list", f"Accept-Encoding: {accepted}")
    assert answer.header("Content-Encoding") is None
    assert answer.header("Vary") == "Accept-Encoding"


def test_small_bodies_and_strong_tags_are_not_compressed(server):
    assert server.fetch("/json", "Accept-Encoding: gzip").header("Content-Encoding") is None
    assert server.fetch("/list?etag=%223%22", "Accept-Encoding: gzip").header("Content-Encoding") is None
    assert server.fetch("/list?etag=W/%223%22", "Accept-Encoding: gzip").header("Content-Encoding") == "gzip"


@pytest.mark.parametrize("suffix", ["", "&length=300000"])
def test_streams_arrive_whole(server, suffix):
    with server.client() as client:
        assert client.get(f"/stream?bytes=300000{suffix}").answer().body == b"s" * 300_000
        assert client.get("/stream?bytes=0").answer().body == b""
        assert client.get("/sync?id=next").answer().json() == "next"


def test_a_stream_to_http_1_0_ends_with_the_connection(server):
    with server.client() as client:
        answer = client.get("/stream?bytes=300000", "Connection: keep-alive", version="1.0").answer()
        assert answer.header("Transfer-Encoding") is None
        assert answer.header("Connection") == "close"
        assert len(answer.body) == 300_000


@pytest.mark.parametrize(
    "target, version",
    [
        ("/stream?bytes=900000&fail=300000", "1.1"),
        ("/stream?bytes=900000&fail=300000", "1.0"),
        ("/stream?bytes=900000&fail=300000&length=900000", "1.1"),
        ("/stream?bytes=100&length=200", "1.1"),
        ("/stream?bytes=200&length=100", "1.1"),
    ],
)
def test_a_stream_that_fails_never_looks_whole(server, target, version):
    with server.client() as client:
        client.get(target, version=version)
        with pytest.raises((ConnectionResetError, AssertionError)):
            client.answer()
    server.wait(lambda stats: stats["sources"] == 0)


def test_a_handler_that_forgets_to_answer_is_a_500(server):
    assert server.fetch("/forget").status == 500
