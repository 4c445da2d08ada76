"""A partner's endpoint in a few lines: verifies what arrives as Standard Webhooks asks, with nothing but HMAC.

Serves the demo of `./dev run`, and shows what an integration has to do. It also runs alone:
    WEBHOOK_SECRET=whsec_… python3 tests/support/demo_receiver.py [port]
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import threading
import time

TOLERANCE_SECONDS = 5 * 60  # older or newer than that: somebody replays what they overheard


def signature_error(secret, headers, body):
    """None when `body` is what the holder of the secret signed, just now; otherwise what is wrong with it."""
    event, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return "too old, or no timestamp"
    signed = f"{event}.{timestamp}.".encode() + body
    mac = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    expected = "v1," + base64.b64encode(mac).decode()
    offered = headers.get("webhook-signature", "").split()  # several while a secret is being rotated
    if not any(hmac.compare_digest(expected.encode(), signature.encode()) for signature in offered):
        return "not signed with our secret"
    return None


class DemoReceiver:
    """Listens at once; `on_arrival(event, error)` is called for every POST, `error` as above."""

    def __init__(self, port, on_arrival):
        self.secret = None
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                error = signature_error(receiver.secret or "", self.headers, body)
                self.send_response(400 if error else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()
                on_arrival({} if error else json.loads(body), error)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/hooks"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def main():
    def show(event, error):
        print(f"refused: {error}" if error else json.dumps(event), flush=True)

    receiver = DemoReceiver(int(sys.argv[1]) if len(sys.argv) > 1 else 8099, show)
    receiver.secret = os.environ["WEBHOOK_SECRET"]
    print(f"listening on {receiver.url}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
