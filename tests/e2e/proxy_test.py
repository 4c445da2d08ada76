"""The reverse proxy's configuration as we ship it, in front of the real API."""

import http.client
import re
import socket
import ssl
from pathlib import Path

import pytest

from ports import held_ports
from process import Process
from waiting import eventually

CONF = Path(__file__).resolve().parents[2] / "common" / "package" / "proxy" / "nginx.conf"


@pytest.fixture
def ports():
    with held_ports(2) as held:
        yield dict(zip(("http", "https"), held))


@pytest.fixture
def proxy(service, certificates, tmp_path, ports):
    """Port by scheme of an nginx that differs from ours in places and addresses only."""
    folder = certificates.ca_file.parent
    text = CONF.read_text()
    for ours, here in [
        ("/tmp/", f"{tmp_path}/temp-"),
        ("listen 80;", f"listen 127.0.0.1:{ports['http']} reuseport;"),
        ("listen 443 ssl", f"listen 127.0.0.1:{ports['https']} reuseport ssl"),
        ("server api:8080;", f"server {service.api_address.removeprefix('http://')};"),
        ("/run/secrets/tls_cert", str(folder / "server.pem")),
        ("/run/secrets/tls_key", str(folder / "server.key")),
        ("/run/nginx.pid", str(tmp_path / "pid")),
    ]:
        assert ours in text
        text = text.replace(ours, here)
    (tmp_path / "nginx.conf").write_text("daemon off;\n" + text)
    nginx = Process("nginx", ["nginx", "-e", "stderr", "-c", tmp_path / "nginx.conf"], None)
    nginx.start()

    def listens():
        assert nginx.running, nginx.report()
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", ports["https"])) == 0

    eventually(listens, "nginx listens")
    yield ports
    nginx.stop()


def get(ports, path, certificates, **headers):
    context = ssl.create_default_context(cafile=certificates.ca_file)
    connection = http.client.HTTPSConnection("127.0.0.1", ports["https"], context=context, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


def test_the_api_is_served_with_tls_and_the_ops_port_is_not(proxy, service, certificates):
    answer, _ = get(proxy, "/webhooks", certificates, Authorization=f"Bearer {service.partner.key}")
    assert answer.status == 200
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    request_id = answer.headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    eventually(lambda: any(f"request_id={request_id}" in line for line in service.api.log), "its id is in the log")
    for path in ("/metrics", "/readyz"):
        assert get(proxy, path, certificates)[0].status == 404


def test_plain_http_is_sent_to_https(proxy):
    connection = http.client.HTTPConnection("127.0.0.1", proxy["http"], timeout=30)
    connection.request("POST", "/events", headers={"Host": "hooks.example"}, body=b"{}")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (308, "https://hooks.example/events")
