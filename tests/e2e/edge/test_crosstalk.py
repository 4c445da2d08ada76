"""One client's answer never reaches another, however the others leave (Pistache's L1), direct and through nginx."""

import collections
import random
import socket
import subprocess
import threading

import pytest

from ports import held_ports
from waiting import eventually

REQUESTS = 22_000
THREADS = 8
LEAVING = ["close", "half-close", "reset", "pipelined reset", "mixed"]


class Storm:
    """Threads of clients: some leave without reading, the others check that they get exactly their own answers."""

    def __init__(self, port, connect):
        self.port, self.connect = port, connect
        self.wrong = []
        self.sent = collections.Counter()

    def leave(self, client, how, tag):
        if how == "half-close":
            client.get(f"/async?id={tag}").finish()
            client.close()
        elif how == "reset":
            client.get(f"/async?id={tag}").reset()
        elif how == "pipelined reset":
            for _ in range(3):
                client.get(f"/async?id={tag}")
            client.reset()
        else:
            client.get(f"/async?id={tag}").close()

    def stay(self, client, tag, route):
        for number in range(4):
            answer = client.get(f"/{route}?id={tag}-{number}").answer()
            self.sent["checked"] += 1
            if answer.status != 200 or answer.json() != f"{tag}-{number}":
                self.wrong.append((tag, number, answer.status, answer.body))

    def run(self, index, requests, leaving, route):
        chance = random.Random(index)
        done = 0
        while done < requests and not self.wrong:
            tag = f"{index}-{done}"
            with self.connect(self.port) as client:
                if chance.random() < 0.5:
                    how = chance.choice(LEAVING[:4]) if leaving == "mixed" else leaving
                    self.leave(client, how, "stolen-" + tag)
                    done += 1
                else:
                    self.stay(client, tag, route)
                    done += 4

    def rage(self, leaving, route, requests):
        share = requests // THREADS
        threads = [threading.Thread(target=self.guarded, args=(i, share, leaving, route)) for i in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def guarded(self, *arguments):
        try:
            self.run(*arguments)
        except Exception as error:  # a thread's failure must fail the test
            self.wrong.append(repr(error))


def connect(port):
    import conftest

    return conftest.Client(port)


def settled(server):
    server.wait(lambda stats: stats["connections"] == 1 and stats["in_flight"] == 1)


@pytest.mark.parametrize("route", ["sync", "async"])
@pytest.mark.parametrize("leaving", LEAVING)
def test_no_answer_goes_astray(start, leaving, route):
    server = start(threads=2)
    storm = Storm(server.port, connect)
    storm.rage(leaving, route, REQUESTS // len(LEAVING))  # 44,000 over all ten
    assert not storm.wrong, storm.wrong[:3]
    assert storm.sent["checked"] > 1000
    settled(server)


NGINX = """
daemon off; master_process off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {directory}/b; proxy_temp_path {directory}/p; fastcgi_temp_path {directory}/f;
  uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
  upstream edge {{ server 127.0.0.1:{edge}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port} reuseport;
    keepalive_requests 1000000;
    location / {{ proxy_pass http://edge; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off; }}
  }}
}}
"""


@pytest.fixture
def nginx(start, tmp_path):
    server = start(threads=2)
    with held_ports(1) as [port]:
        config = tmp_path / "nginx.conf"
        config.write_text(NGINX.format(directory=tmp_path, edge=server.port, port=port))
        process = subprocess.Popen(["nginx", "-p", str(tmp_path), "-c", str(config)], stderr=subprocess.PIPE)

        def listens():
            assert process.poll() is None, process.stderr.read().decode()
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        try:
            eventually(listens, "nginx listens")
            yield server, port
        finally:
            process.terminate()
            process.wait(60)
            process.stderr.close()


@pytest.mark.parametrize("route", ["sync", "async"])
def test_no_answer_goes_astray_through_nginx(nginx, route):
    _, port = nginx
    storm = Storm(port, connect)
    storm.rage("mixed", route, REQUESTS // 2)
    assert not storm.wrong, storm.wrong[:3]
    assert storm.sent["checked"] > 4000


def test_nginx_gets_streams_and_uploads_through(nginx):
    _, port = nginx
    with connect(port) as client:
        client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 700000\r\n\r\n" + b"x" * 700_000)
        assert client.answer().json()["body_size"] == 700_000
        assert len(client.get("/stream?bytes=3000000").answer().body) == 3_000_000
