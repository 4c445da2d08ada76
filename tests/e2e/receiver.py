"""A partner's endpoint: a real HTTP(S) server that verifies every arrival as the Standard Webhooks library does."""

import http.server
import json
import socket
import threading
import time
from dataclasses import dataclass, field

from standardwebhooks import Webhook, WebhookVerificationError

from waiting import PATIENCE


@dataclass(frozen=True)
class Reply:
    status: int = 200
    headers: dict = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Arrival:
    path: str
    headers: dict  # names in lower case
    body: bytes
    at: float  # time.monotonic()
    signature_error: str | None

    @property
    def event_id(self):
        return self.headers["webhook-id"]

    @property
    def payload(self):
        return json.loads(self.body)

    @property
    def subject(self):
        return self.payload["subject"]


class Receiver:
    """Answers 200 unless told otherwise. Comes back on its own port after `go_down()`.

    One that does not verify is for webhooks whose secret nobody tells it."""

    def __init__(self, tls=None, verifies=True):
        self._tls = tls
        self._verifies = verifies
        self._secrets = {}
        self._arrivals = []
        self._script = []
        self._answer_by = None
        self._hold_all = False
        self._unverified = 0
        self._closing = False
        self._connections = set()
        self._peers = set()
        self._changed = threading.Condition()
        self._server = None
        self._port = 0
        self.come_back()

    # Where it is and whom it trusts.

    def url(self, path="/hooks", host="127.0.0.1"):
        return f"{'https' if self._tls else 'http'}://{host}:{self._port}{path}"

    def trust(self, secret, path="/hooks"):
        with self._changed:
            self._secrets.setdefault(path, []).append(secret)
            self._changed.notify_all()

    def forget_secrets(self):
        with self._changed:
            self._secrets.clear()

    # What it answers.

    def answer(self, *replies):
        """The next answers, each a status or a Reply; 200 after them."""
        with self._changed:
            self._script.extend(replies)

    def answer_by(self, decide):
        """`decide(arrival)` gives a status or a Reply for each arrival; None ends it."""
        with self._changed:
            self._answer_by = decide

    def hold(self):
        """Keeps every arrival waiting for its answer until `release()`."""
        with self._changed:
            self._hold_all = True

    def release(self):
        with self._changed:
            self._hold_all = False
            self._changed.notify_all()

    # What arrived.

    def arrivals(self, event=None):
        with self._changed:
            return [a for a in self._arrivals if event is None or a.event_id == event]

    def unverified(self):
        """How many arrivals wait for a secret that verifies them; they are no arrivals before."""
        with self._changed:
            return self._unverified

    def wait_for(self, event=None, count=1, within=PATIENCE):
        """The arrivals of that event (of any without one), as soon as there are at least `count`."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.arrivals(event)) >= count, within)
            found = self.arrivals(event)
        assert came, f"{len(found)} of {count} arrivals of {event or 'any event'} within {within:g} s"
        return found

    def wait_idle(self):
        """Returns once nobody is connected: what came over connections that were cut has been read."""
        probe = socket.create_connection(("127.0.0.1", self._port))  # those before it are taken in before it
        name = probe.getsockname()
        with self._changed:
            assert self._changed.wait_for(lambda: name in self._peers, PATIENCE), "connections are not taken in"
            self._peers.clear()
        probe.close()
        with self._changed:
            assert self._changed.wait_for(lambda: not self._connections, PATIENCE), "connections stay open"

    # Whether it is there at all.

    def go_down(self):
        """Refuses connections and cuts those that are open."""
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        with self._changed:
            open_now = list(self._connections)
        for connection in open_now:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # gone by itself

    def come_back(self):
        server = _Server(("127.0.0.1", self._port), _Handler)
        server.receiver = self
        if self._tls:
            server.socket = self._tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._port = server.server_address[1]
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        """Whatever came is among the arrivals afterwards, verified or not."""
        self.release()
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._unverified)
        if self._server:
            self.go_down()

    # For the handler threads.

    def _opened(self, connection, peer):
        with self._changed:
            self._connections.add(connection)
            self._peers.add(peer)
            self._changed.notify_all()

    def _closed(self, connection):
        with self._changed:
            self._connections.discard(connection)
            self._changed.notify_all()

    def _signature_error(self, path, headers, body):
        with self._changed:
            secrets = list(self._secrets.get(path, []))
        return _signature_error(secrets, headers, body) if self._verifies else None

    def _receive(self, path, headers, body):
        at = time.monotonic()
        error = self._signature_error(path, headers, body)
        with self._changed:
            if error:  # it may have overtaken the answer that tells the webhook's secret
                self._unverified += 1
                self._changed.wait_for(
                    lambda: self._closing or not self._signature_error(path, headers, body), PATIENCE
                )
                self._unverified -= 1
                error = self._signature_error(path, headers, body)
            self._arrivals.append(Arrival(path, headers, body, at, error))
            if self._answer_by:
                reply = self._answer_by(self._arrivals[-1])
            else:
                reply = self._script.pop(0) if self._script else 200
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._hold_all)
        return reply if isinstance(reply, Reply) else Reply(reply)


def _signature_error(secrets, headers, body):
    if not secrets:
        return "nobody told the receiver a secret for this path"
    for secret in secrets:
        try:
            Webhook(secret).verify(body, headers)
            return None
        except WebhookVerificationError as error:
            reason = str(error)
    return reason


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def process_request(self, request, client_address):
        self.receiver._opened(request, client_address)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.receiver._closed(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        pass  # clients that are killed in the middle are what these tests are about


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.receiver._receive(self.path, headers, body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_):
        pass
