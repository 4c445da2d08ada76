"""The catalogue of misbehaviour: what each endpoint does, and what the log must say of it."""

from dataclasses import dataclass
from typing import Callable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PAUSE = 0.02


@dataclass(frozen=True)
class Kind:
    script: Callable
    error: str | None  # None: the answer counts
    status: int | None = None


def answers(text, *, then="close"):
    """Reads the request, says `text`, and closes, waits or resets."""

    def script(peer):
        if peer.read_request() is None:
            return
        peer.write(text)
        if then == "reset":
            peer.reset()
            return
        if then == "close":
            peer.close()
        peer.wait_until_gone()

    return script


def goes_on(start, again, pause=0.0):
    def script(peer):
        if peer.read_request() is not None and peer.write(start):
            peer.repeat(again, pause=pause)

    return script


def drips(start, again):
    return goes_on(start, again, PAUSE)


def closes_first(peer):
    peer.close()
    peer.wait_until_gone()


def says_first(text):
    def script(peer):
        peer.write(text)
        peer.close()
        peer.wait_until_gone()

    return script


def length(number):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n" % number


CLOSED, TIMEOUT, TOO_LARGE, MALFORMED = "connection_closed", "timeout", "response_too_large", "malformed_response"

# Each over plain HTTP and over TLS.
ANSWERS = {
    "close-at-once": Kind(closes_first, CLOSED),
    "reset-at-once": Kind(lambda peer: peer.reset(), CLOSED),
    "close-without-answer": Kind(answers(b""), CLOSED),
    "reset-without-answer": Kind(answers(b"", then="reset"), CLOSED),
    "close-in-status-line": Kind(answers(b"HTTP/1.1 2"), CLOSED),
    "reset-in-status-line": Kind(answers(b"HTTP/1.1 2", then="reset"), CLOSED),
    "close-in-head": Kind(answers(b"HTTP/1.1 200 OK\r\nX: y\r\n"), CLOSED),
    "close-in-body": Kind(answers(length(b"10") + b"abc"), CLOSED, 200),
    "close-in-chunk": Kind(answers(CHUNKED + b"a\r\nabc"), CLOSED, 200),
    "close-before-last-chunk": Kind(answers(CHUNKED + b"3\r\nabc\r\n"), CLOSED, 200),
    "close-after-answer": Kind(answers(OK), None, 200),
    "no-answer": Kind(answers(b"", then="wait"), TIMEOUT),
    "silence-in-head": Kind(answers(b"HTTP/1.1 200 OK\r\n", then="wait"), TIMEOUT),
    "silence-in-body": Kind(answers(length(b"5") + b"ab", then="wait"), TIMEOUT, 200),
    "drip-status-line": Kind(drips(b"HTTP/1.1 200 ", b"s"), TIMEOUT),
    "drip-headers": Kind(drips(b"HTTP/1.1 200 OK\r\n", b"X-S: y\r\n"), TIMEOUT),
    "drip-body": Kind(drips(length(b"1000000"), b"z"), TIMEOUT, 200),
    "drip-chunks": Kind(drips(CHUNKED, b"1\r\nz\r\n"), TIMEOUT, 200),
    "drip-interim": Kind(goes_on(b"", b"HTTP/1.1 102 Processing\r\n\r\n", pause=2), TIMEOUT),
    "reason-phrase-30k": Kind(answers(b"HTTP/1.1 200 " + b"r" * 30_000 + b"\r\n\r\n"), TOO_LARGE),
    "endless-status-line": Kind(goes_on(b"HTTP/1.1 200 ", b"r" * 4096), TOO_LARGE),
    "endless-headers": Kind(goes_on(b"HTTP/1.1 200 OK\r\n", b"X-Again: and again\r\n" * 200), TOO_LARGE),
    "head-33k": Kind(answers(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 33_000 + b"\r\n\r\n"), TOO_LARGE),
    "interim-storm": Kind(goes_on(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), TOO_LARGE),
    "endless-trailer": Kind(goes_on(CHUNKED + b"0\r\n", b"X-Again: and again\r\n" * 200), TOO_LARGE, 200),
    "endless-chunk-extension": Kind(goes_on(CHUNKED + b"1;", b"x=y;" * 1000), TOO_LARGE, 200),
    "endless-body": Kind(goes_on(b"HTTP/1.1 200 OK\r\n\r\n", b"z" * 4096), None, 200),
    "body-10g": Kind(goes_on(length(b"10000000000"), b"z" * 4096), None, 200),
    "endless-chunks": Kind(goes_on(CHUNKED, b"1000\r\n" + b"z" * 4096 + b"\r\n"), None, 200),
    "tiny-endless-chunks": Kind(goes_on(CHUNKED, b"1\r\nz\r\n" * 1000), TOO_LARGE, 200),
    "gzip-bomb": Kind(
        goes_on(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10000000\r\n\r\n\x1f\x8b\x08", bytes(4096)
        ),
        None,
        200,
    ),
    "http-0.9": Kind(answers(b"<html>hello</html>", then="wait"), MALFORMED),
    "ssh": Kind(answers(b"SSH-2.0-OpenSSH_9.2\r\n", then="wait"), MALFORMED),
    "garbage": Kind(answers(b"\0\x01\x02\xff\xfe", then="wait"), MALFORMED),
    "status-2000": Kind(answers(b"HTTP/1.1 2000 OK\r\n\r\n"), MALFORMED),
    "nul-in-header": Kind(answers(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"), MALFORMED),
    "folded-header": Kind(answers(b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"), MALFORMED),
    "two-lengths": Kind(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nokk"), MALFORMED),
    "length-and-chunked": Kind(
        answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), MALFORMED
    ),
    "negative-length": Kind(answers(length(b"-1")), MALFORMED),
    "bad-chunk-size": Kind(answers(CHUNKED + b"zz\r\n"), MALFORMED, 200),
    "chunk-over-its-size": Kind(answers(CHUNKED + b"1\r\nabc\r\n0\r\n\r\n"), MALFORMED, 200),
    "switching-protocols": Kind(
        answers(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", then="wait"), MALFORMED
    ),
    "interim-then-answer": Kind(answers(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + OK), None, 200),
    "bytes-after-answer": Kind(answers(OK + b"HTTP/1.1 500 No\r\n\r\n", then="wait"), None, 200),
    "200-with-garbage": Kind(answers(length(b"5") + b"\xff\xfe\0\x01\x80"), None, 200),
    "redirect": Kind(answers(b"HTTP/1.1 302 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"), None, 302),
    "redirect-to-metadata": Kind(
        answers(b"HTTP/1.1 307 Go\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"), None, 307
    ),
    "redirect-to-private": Kind(
        answers(b"HTTP/1.1 308 Go\r\nLocation: https://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"), None, 308
    ),
    "answer-before-request": Kind(says_first(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"), None, 413),
}


def answers_all(peer):
    while peer.read_request() is not None:
        if not peer.write(b"HTTP/1.1 204 No Content\r\n\r\n"):
            return


# What a TLS handshake can come to, over a raw connection.
HANDSHAKES = {
    "handshake-stalls": Kind(lambda peer: peer.wait_until_gone(), TIMEOUT),
    "handshake-closes": Kind(closes_first, "tls_handshake"),
    "handshake-resets": Kind(lambda peer: peer.reset(), "tls_handshake"),
    "handshake-is-http": Kind(says_first(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "tls_handshake"),
    "handshake-alert": Kind(says_first(b"\x15\x03\x03\0\x02\x02\x28"), "tls_handshake"),
}
