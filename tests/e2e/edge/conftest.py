"""Fixtures of the edge's tests from outside: a server process and sockets that say what they send.

The binary is in --bin-dir, as for all end-to-end tests, so that the same tests run against sanitizer builds.
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
PATIENCE = 60  # seconds until a wait counts as a hang; no test asserts on time


class Answer:
    """One parsed response."""

    def __init__(self, status, headers, body, raw):
        self.status, self.headers, self.body, self.raw = status, headers, body, raw

    def header(self, name):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} repeated: {values}"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)


class Client:
    """A raw connection. Reading waits for bytes, never for time."""

    def __init__(self, port, **options):
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        for option, value in options.items():
            self.socket.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())
        return self

    def get(self, target, *headers, method="GET", version="1.1"):
        lines = [f"{method} {target} HTTP/{version}", "Host: edge.test", *headers, "", ""]
        return self.send("\r\n".join(lines))

    def finish(self):
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def _more(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def _line(self):
        while b"\r\n" not in self.buffer:
            assert self._more(), f"ended in the middle of a line: {self.buffer!r}"
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("latin-1")

    def take(self, count):
        while len(self.buffer) < count:
            assert self._more(), f"ended {count - len(self.buffer)} bytes early"
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def answer(self, method="GET"):
        """Reads one response, strictly."""
        start = self._line()
        match = re.fullmatch(r"HTTP/1\.1 (\d{3}) (.*)", start)
        assert match, f"not a status line: {start!r}"
        status, headers = int(match[1]), []
        while line := self._line():
            name, value = line.split(": ", 1) if ": " in line else (line.rstrip(":"), "")
            headers.append((name, value))
        answer = Answer(status, headers, b"", start)
        if method == "HEAD" or status in (204, 304) or status < 200:
            return answer
        if answer.header("Transfer-Encoding") == "chunked":
            while size := int(self._line(), 16):
                answer.body += self.take(size)
                assert self.take(2) == b"\r\n"
            assert self._line() == ""
        elif answer.header("Content-Length") is not None:
            answer.body = self.take(int(answer.header("Content-Length")))
        else:
            answer.body = self.rest()
        return answer

    def rest(self):
        """Everything until the server closes."""
        while self._more():
            pass
        data, self.buffer = self.buffer, b""
        return data

    def ended(self):
        """Waits for the server's close; True if it was orderly and nothing else came."""
        try:
            return self.rest() == b""
        except ConnectionResetError:
            return False


class Server:
    """A running edge_server."""

    def __init__(self, binary, **options):
        arguments = [f"{name.replace('_', '-')}={value}" for name, value in options.items()]
        environment = dict(os.environ)
        suppressions = REPOSITORY / "tests/support/tsan.supp"
        environment.setdefault("TSAN_OPTIONS", f"suppressions={suppressions} halt_on_error=0 exitcode=66")
        # Freed memory kept back to find late uses would look like a server that grows.
        environment.setdefault("ASAN_OPTIONS", "quarantine_size_mb=8")
        self.log_lines = None
        self.errors = tempfile.TemporaryFile()  # not a pipe: nobody reads it, and a full one would stop the server
        # Unbuffered: communicate() does not see what a readline() has read ahead.
        self.process = subprocess.Popen(
            [str(binary), *arguments], stdout=subprocess.PIPE, stderr=self.errors, env=environment, bufsize=0
        )
        first = self.process.stdout.readline().decode()
        assert first.startswith("listening "), first
        self.port = int(first.split()[1])

    def client(self, **options):
        return Client(self.port, **options)

    def fetch(self, target, *headers, method="GET"):
        with self.client() as client:
            return client.get(target, "Connection: close", *headers, method=method).answer(method)

    def stats(self):
        return self.fetch("/stats").json()

    def wait(self, ready):
        """Asks the server for its numbers until they please; each round trip is the wait."""
        for _ in range(20_000):
            stats = self.stats()
            if ready(stats):
                return stats
        raise AssertionError(f"never came: {stats}")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def begin_stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout.readline() == b"stopping\n"

    def finish_stop(self):
        """Waits for the end of the process; a crash or a sanitizer's finding fails the test."""
        try:
            output, _ = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            output, _ = self.process.communicate()
        self.errors.seek(0)
        self.log_lines = self.errors.read().decode("utf-8", "replace")
        assert self.process.returncode == 0, f"exit {self.process.returncode}\n{self.log_lines[-8000:]}"
        assert output.endswith(b"stopped\n")
        return self.log_lines

    def stop(self):
        if self.log_lines is None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
            self.finish_stop()
        return self.log_lines


@pytest.fixture(scope="session")
def binary(request):
    chosen = request.config.getoption("--bin-dir") or os.environ.get("WEBHOOKS_BIN", "build/release/bin")
    path = REPOSITORY / chosen / "edge_server"
    assert path.exists(), f"{path} is not there: ./dev build release edge_server"
    return path


@pytest.fixture
def start(binary):
    """Starts servers with options (see edge_server.cpp); each must stop cleanly at the test's end."""
    servers = []

    def launch(**options):
        servers.append(Server(binary, **options))
        return servers[-1]

    yield launch
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(binary):
    """One server with its defaults for the tests that do not disturb each other.

    But it lingers longer: a request that is sent in pieces may be refused long before the last one goes out.
    """
    running = Server(binary, linger_ms=PATIENCE * 1000)
    yield running
    running.stop()
