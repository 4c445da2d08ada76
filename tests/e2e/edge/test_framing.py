"""Framing: what is ambiguous is refused with 400 and the connection closed, and nothing after it is executed.

Every rule is also tried split at every byte boundary.
"""

import pytest

GOOD_HEAD = b"Host: edge.test\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: edge.test\r\n\r\n"

REFUSED = {
    "length and chunked": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunked and length": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    "two lengths that differ": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    "two lengths that agree": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
    "a list of lengths": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello"),
    "a signed length": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello"),
    "a negative length": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
    "a hexadecimal length": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello"),
    "an empty length": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"),
    "a length beyond 64 bits": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551621\r\n\r\nhello"),
    "a length with a blank inside": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1 0\r\n\r\nhello"),
    "bare LF after the request line": (400, b"GET /echo HTTP/1.1\nHost: a\r\n\r\n"),
    "bare LF after a header": (400, b"GET /echo HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
    "bare LF only": (400, b"GET /echo HTTP/1.1\nHost: a\n\nGET /x HTTP/1.1\r\n\r\n"),
    "bare CR inside a value": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n"),
    "NUL inside a value": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nX: b\x00c\r\n\r\n"),
    "a folded line": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
    "a line folded by a tab": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n"),
    "a blank before the first header": (400, b"GET /echo HTTP/1.1\r\n Host: a\r\n\r\n"),
    "a line without a colon": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n"),
    "a blank before the colon": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n"),
    "an empty name": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
    "a name that is no token": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n"),
    "no Host": (400, b"GET /echo HTTP/1.1\r\nX: y\r\n\r\n"),
    "two Hosts": (400, b"GET /echo HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    "two Hosts in HTTP/1.0": (400, b"GET /echo HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    "a Host with a path": (400, b"GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    "a Host with a user": (400, b"GET /echo HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    "a list as Host": (400, b"GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n"),
    "no version": (400, b"GET /echo\r\nHost: a\r\n\r\n"),
    "two blanks in the request line": (400, b"GET  /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a blank in the target": (400, b"GET /ec ho HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a tab in the request line": (400, b"GET\t/echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a method that is no token": (400, b"G(T /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a lower-case version": (400, b"GET /echo http/1.1\r\nHost: a\r\n\r\n"),
    "a version with two digits": (400, b"GET /echo HTTP/1.10\r\nHost: a\r\n\r\n"),
    "HTTP/2.0": (505, b"GET /echo HTTP/2.0\r\nHost: a\r\n\r\n"),
    "HTTP/1.2": (505, b"GET /echo HTTP/1.2\r\nHost: a\r\n\r\n"),
    "HTTP/0.9": (505, b"GET /echo HTTP/0.9\r\nHost: a\r\n\r\n"),
    "a coding that is unknown": (501, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    "chunked that is not last": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
    "chunked twice": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    "chunked in two lines": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "chunked hidden by a control character": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    "identity": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"),
    "an empty coding": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n"),
    "chunked in HTTP/1.0": (400, b"POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "HTTP/1.0 POST without a length": (411, b"POST /echo HTTP/1.0\r\nHost: a\r\n\r\n"),
    "an expectation that is unknown": (417, b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 0\r\n\r\n"),
    "a chunk size that is no number": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    "a chunk size with a sign": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with 0x": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size beyond 64 bits": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n"),
    "a chunk longer than its size": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n"),
    "a chunk size line ended by bare LF": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n"),
    "a chunk ended by bare LF": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n"),
}

ACCEPTED = {
    "GET": b"GET /echo?n=1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "empty lines before the request": b"\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n",
    "a body with a length": b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "leading zeros in a length": b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello",
    "chunks": b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    "the last chunk alone": b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks with extensions and a trailer": b'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n00005;a=b;c="d"\r\nhello\r\n0;x\r\nX-Trailer: 1\r\n\r\n',
    "the absolute form": b"GET http://a/echo HTTP/1.1\r\nHost: a\r\n\r\n",
    "an empty value and blanks around one": b"GET /echo HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t z \t\r\n\r\n",
    "no Host in HTTP/1.0": b"GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "an IPv6 Host": b"GET /echo HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_and_closes(server, name):
    status, request = REFUSED[name]
    with server.client() as client:
        answer = client.send(request + SMUGGLED).answer()
        assert answer.status == status
        assert answer.header("Content-Type") == "application/problem+json"
        assert answer.header("Connection") == "close"
        assert answer.header("Access-Control-Allow-Origin") == "*"
        assert answer.json()["status"] == status
        assert client.finish().ended()


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_split_at_every_byte(server, name):
    status, request = REFUSED[name]
    for cut in range(1, len(request)):
        with server.client() as client:
            client.send(request[:cut]).send(request[cut:] + SMUGGLED)
            assert client.answer().status == status, cut
            assert client.finish().ended(), cut


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepts(server, name):
    with server.client() as client:
        for _ in range(2):  # the second shows that the first was cut exactly
            answer = client.send(ACCEPTED[name]).answer()
            assert answer.status == 200
            assert answer.json()["body"] in ("", "hello")
            assert answer.header("Connection") == "keep-alive"


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepts_split_at_every_byte(server, name):
    request = ACCEPTED[name]
    with server.client() as client:
        whole = client.send(request).answer().json()
        for cut in range(1, len(request)):
            split = client.send(request[:cut]).send(request[cut:]).answer().json()
            assert {**split, "id": ""} == {**whole, "id": ""}, cut


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepts_byte_by_byte(server, name):
    with server.client() as client:
        for byte in ACCEPTED[name]:
            client.send(bytes([byte]))
        assert client.answer().status == 200


LIMITS = {
    "a request line of 8 KiB and more": (414, b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a head of more than 16 KiB": (431, b"GET /echo HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 17000 + b"\r\n\r\n"),
    "101 header lines": (431, b"GET /echo HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 100 + b"\r\n"),
    "a body announced over the limit": (413, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8388609\r\n\r\n"),
    "a chunk announced over the limit": (413, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n800001\r\n"),
    "a chunk extension without an end": (400, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;" + b"a" * 9000),
}


@pytest.mark.parametrize("name", LIMITS)
def test_meeting_a_limit_is_a_clear_answer(server, name):
    status, request = LIMITS[name]
    with server.client() as client:
        answer = client.send(request).answer()
        assert answer.status == status
        assert answer.header("Content-Type") == "application/problem+json"
        assert answer.header("Connection") == "close"
        assert client.finish().ended()


def test_a_head_without_an_end_is_cut_at_the_limit(server):
    with server.client() as client:
        client.send(b"GET /echo HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 3000)
        assert client.answer().status == 431


def test_chunks_over_the_limit_in_sum_are_refused(start):
    server = start(body=1000)
    chunk = b"12c\r\n" + b"x" * 300 + b"\r\n"
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 4)
        assert client.answer().status == 413


def test_exactly_the_limits_pass(start):
    server = start(body=1000)
    with server.client() as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000)
        assert client.answer().json()["body_size"] == 1000
        client.send(b"GET /echo HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 99 + b"\r\n")
        assert len(client.answer().json()["headers"]) == 100
        line = b"GET /echo?q=" + b"a" * (8192 - 21) + b" HTTP/1.1"
        assert len(line) == 8192
        assert client.send(line + b"\r\nHost: a\r\n\r\n").answer().status == 200


def test_a_tls_handshake_on_the_plain_port_is_answered_at_once(server):
    with server.client() as client:
        assert client.send(b"\x16\x03\x01\x02\x00\x01\x00").answer().status == 400


@pytest.mark.parametrize(
    "target",
    ["/a%", "/a%4", "/a%zz", "/a%00b", "/%ff", "/%c3", "/%ed%a0%80", "/%c0%af", "/a#x", "nowhere", "ftp://a/b", "*",
     "/a?x=%", "/a?%zz=1", "/a?x=%00", "/a?x=%ff", "http://"],
)
def test_a_bad_target_is_refused_and_the_connection_kept(server, target):
    """The request's end is certain, so nothing can be smuggled behind it."""
    with server.client() as client:
        assert client.get(target).answer().status == 400
        assert client.get("/echo").answer().status == 200


def test_a_bad_target_with_a_body_closes(server):
    with server.client() as client:
        client.send(b"POST /%zz HTTP/1.1\r\nHost: a\r\nContent-Length: 41\r\n\r\n" + SMUGGLED)
        assert client.answer().status == 400
        assert client.finish().ended()
