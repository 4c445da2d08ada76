"""Strict clients that others wrote."""

import http.client
import re
import shutil
import subprocess


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, timeout=120, **options)
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
    return done.stdout.decode()


def test_curl(server, tmp_path):
    base = f"http://127.0.0.1:{server.port}"
    out = run("curl", "-sv", "--fail", f"{base}/json", f"{base}/async?id=1", f"{base}/stream?bytes=100000", "-o",
              "/dev/null", "-o", "/dev/null", "-o", "/dev/null", "-w", "%{num_connects} %{http_code} %{size_download}\n")
    assert out.split() == ["1", "200", "207", "0", "200", "3", "0", "200", "100000"]  # one connection, reused twice
    upload = tmp_path / "upload"
    upload.write_bytes(b"x" * 3_000_000)
    out = run("curl", "-s", "--fail", "-H", "Content-Type: application/json", "--data-binary", f"@{upload}", f"{base}/echo")
    assert '"body_size":3000000' in out
    out = run("curl", "-s", "--fail", "-H", "Transfer-Encoding: chunked", "-T", str(upload), f"{base}/echo")
    assert '"body_size":3000000' in out
    assert run("curl", "-s", "--fail", "--compressed", f"{base}/list") == run("curl", "-s", "--fail", f"{base}/list")
    assert "HTTP/1.1 200" in run("curl", "-sI", "--fail", f"{base}/json")
    assert run("curl", "-s", "--fail", "--http1.0", f"{base}/sync?id=7") == '"7"'


def test_curl_sees_a_broken_stream_as_broken(server):
    for version in ("--http1.1", "--http1.0"):
        done = subprocess.run(
            ["curl", "-s", version, "-o", "/dev/null", f"http://127.0.0.1:{server.port}/stream?bytes=900000&fail=300000"],
            timeout=60,
        )
        assert done.returncode in (18, 56)


def test_python_http_client(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for number in range(50):
        connection.request("POST", f"/echo?n={number}", body=b"x" * number, headers={"Content-Type": "text/plain"})
        response = connection.getresponse()
        assert response.status == 200 and not response.will_close
        assert f'"body_size":{number},' in response.read().decode()
    connection.request("POST", "/echo", body=iter([b"a" * 1000] * 10), encode_chunked=True)
    assert '"body_size":10000' in connection.getresponse().read().decode()
    connection.request("HEAD", "/list")
    assert connection.getresponse().read() == b""
    connection.request("GET", "/stream?bytes=200000")
    assert len(connection.getresponse().read()) == 200_000
    connection.close()


NODE = """
const base = process.argv[1];
const check = (ok, what) => { if (!ok) { console.error(what); process.exit(1); } };
for (let i = 0; i < 50; i++) {
  const r = await fetch(`${base}/echo?n=${i}&s=%C3%A4`, {method: 'POST', body: 'x'.repeat(i), headers: {'x-request-id': `node-${i}`}});
  const j = await r.json();
  check(r.status === 200 && j.body_size === i && j.query[0][1] === String(i) && j.query[1][1] === '\\u00e4', j);
  check(r.headers.get('x-request-id') === `node-${i}`, 'id');
}
const all = await Promise.all([...Array(100).keys()].map(i => fetch(`${base}/async?id=${i}`).then(r => r.json())));
check(all.every((v, i) => v === String(i)), all);
check((await (await fetch(`${base}/stream?bytes=500000`)).arrayBuffer()).byteLength === 500000, 'stream');
const list = await fetch(`${base}/list`);
check(list.headers.get('content-encoding') === 'gzip' && (await list.json()).length > 50, 'gzip');
check((await fetch(`${base}/status/204`)).status === 204, '204');
check((await fetch(`${base}/json`, {method: 'HEAD'})).status === 200, 'head');
let broken = false;
try { await (await fetch(`${base}/stream?bytes=900000&fail=300000`)).arrayBuffer(); } catch { broken = true; }
check(broken, 'a broken stream looks whole');
console.log('ok');
"""


def test_node_fetch(server):
    out = run("node", "--input-type=module", "-e", NODE, f"http://127.0.0.1:{server.port}")
    assert out == "ok\n"


def test_wrk(server):
    assert shutil.which("wrk"), "apt install wrk"
    out = run("wrk", "-t1", "-c32", "-d2s", "--timeout", "60s", f"http://127.0.0.1:{server.port}/json")
    assert int(re.search(r"(\d+) requests in", out)[1]) > 0
    assert "Non-2xx" not in out and "Socket errors" not in out
