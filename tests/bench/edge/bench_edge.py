#!/usr/bin/env python3
"""Speed of the edge beside nginx (`return 200`, one worker) and Pistache's own router on this machine.

One I/O thread each, keep-alive, some 200 bytes of JSON, alternating runs, medians; the ratios are what counts. Then p99 of
healthy clients beside 50 stalled readers against without. Needs wrk and nginx; builds nothing:

    bench_edge.py [--build build/release] [--rounds 5] [--seconds 3] [--connections 32]
"""

import argparse
import pathlib
import re
import socket
import statistics
import subprocess
import tempfile

BODY = (
    '{"id":"wh_01h455vb4pex5vsknk084sn02q","contract_id":"CTR-1001","url":"https://partner.example/hooks",'
    '"event_types":["flight_delay.status_changed"],"status":"active","delivery_order":"by_subject","version":3}'
)
NGINX = """
daemon off; master_process off; worker_processes 1; pid {directory}/pid; error_log {directory}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path {directory}/b; proxy_temp_path {directory}/p; fastcgi_temp_path {directory}/f;
  uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{body}'; }} }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(port):
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            pass


def launch(options, directory):
    servers = {}
    edge = subprocess.Popen([f"{options.build}/bin/edge_server", "threads=1"], stdout=subprocess.PIPE)
    servers["edge"] = (edge, int(edge.stdout.readline().split()[1]))
    port = free_port()
    config = directory / "nginx.conf"
    config.write_text(NGINX.format(directory=directory, port=port, body=BODY))
    servers["nginx"] = (subprocess.Popen(["nginx", "-p", str(directory), "-c", str(config)], stderr=subprocess.DEVNULL), port)
    port = free_port()
    servers["router"] = (subprocess.Popen([f"{options.build}/bin/bench_pistache_router", str(port)]), port)
    for _, port in servers.values():
        wait_for(port)
    return servers


def wrk(port, options):
    out = subprocess.run(
        ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--latency", f"http://127.0.0.1:{port}/json"],
        capture_output=True, text=True, check=True,
    ).stdout
    assert "Non-2xx" not in out, out
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    p99 = float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), p99


def stall(port, count):
    readers = []
    for _ in range(count):
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", port))
        reader.sendall(b"GET /big?bytes=2500000 HTTP/1.1\r\nHost: a\r\n\r\n")
        readers.append(reader)
    for reader in readers:  # each answer has begun, so that making them is not part of what is measured
        reader.recv(1)
    return readers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(pathlib.Path(__file__).resolve().parents[3] / "build/release"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        servers = launch(options, pathlib.Path(directory))
        try:
            rates = {name: [] for name in servers}
            for _ in range(options.rounds):
                for name, (_, port) in servers.items():
                    rates[name].append(wrk(port, options)[0])
            calm, beside = [], []
            port = servers["edge"][1]
            for _ in range(options.rounds):
                calm.append(wrk(port, options)[1])
                readers = stall(port, 50)
                beside.append(wrk(port, options)[1])
                for reader in readers:
                    reader.close()
        finally:
            for process, _ in servers.values():
                process.terminate()
                process.wait()
    middle = {name: statistics.median(values) for name, values in rates.items()}
    for name, value in middle.items():
        print(f"{name:8} {value:10,.0f} requests/s   ({min(rates[name]):,.0f} to {max(rates[name]):,.0f})")
    calm, beside = statistics.median(calm), statistics.median(beside)
    print(f"p99      {calm:.2f} ms alone, {beside:.2f} ms beside 50 stalled readers")
    print(f"\nedge / nginx            {middle['edge'] / middle['nginx']:.2f}   (target 0.80 or more)")
    print(f"edge / Pistache router  {middle['edge'] / middle['router']:.2f}   (target 1.50 or more)")
    print(f"p99 beside / alone      {beside / calm:.2f}   (target 2.00 or less)")


if __name__ == "__main__":
    main()
