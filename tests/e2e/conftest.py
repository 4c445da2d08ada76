import dataclasses
import os
import subprocess
from pathlib import Path

import pytest

import api
import document
import service as service_module
from receiver import Receiver, tls_context
from service import Options, Service

ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser):
    parser.addoption("--bin-dir", help="folder with webhooks-api and webhooks-worker (or WEBHOOKS_BIN)")


@pytest.fixture(autouse=True)
def every_answer_is_in_the_document(monkeypatch):
    """Whatever a story asks the API, the answer is one that openapi.yaml promises."""
    ask = api.call

    def judged(base_url, method, path, **options):
        answer = ask(base_url, method, path, **options)
        document.check(method, path, answer)
        return answer

    monkeypatch.setattr(api, "call", judged)
    monkeypatch.setattr(service_module, "call", judged)


@pytest.fixture(scope="session")
def bin_dir(request):
    chosen = request.config.getoption("--bin-dir") or os.environ.get("WEBHOOKS_BIN")
    folder = Path(chosen).resolve() if chosen else ROOT / "build" / "release" / "bin"
    for name in ("webhooks-api", "webhooks-worker"):
        assert (folder / name).is_file(), f"{name} is not in {folder}: build it with ./dev build"
    return folder


@pytest.fixture
def make_service(bin_dir, tmp_path, request):
    """Makes services that are not started yet. Keyword arguments are fields of Options."""
    made = request.node.services = []

    def make(**options):
        folder = tmp_path / f"service{len(made) + 1}"
        folder.mkdir()
        made.append(Service(bin_dir, folder, dataclasses.replace(Options(), **options)))
        return made[-1]

    yield make
    for service in made:
        service.close()


@pytest.fixture
def start_service(make_service):
    return lambda **options: make_service(**options).start()


@pytest.fixture
def service(start_service):
    return start_service()


@pytest.fixture
def make_receiver():
    made = []

    def make(tls=None):
        made.append(Receiver(tls))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()
    for receiver in made:  # whatever a test is about, nothing ever arrives unsigned
        assert [a.signature_error for a in receiver.arrivals() if a.signature_error] == []


@pytest.fixture
def receiver(make_receiver):
    return make_receiver()


@dataclasses.dataclass(frozen=True)
class Certificates:
    ca_file: Path
    server: object  # an ssl.SSLContext for 127.0.0.1 and localhost


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A root that nobody trusts unless told to, and a server's certificate under it."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new_key = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-batch"]
    openssl(*new_key, "-x509", "-days", "2", "-subj", "/CN=Test Root", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(*new_key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    signed_by_root = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"]
    openssl("x509", "-req", "-in", "server.csr", "-days", "2", *signed_by_root, "-out", "server.pem")
    return Certificates(folder / "ca.pem", tls_context(folder / "server.pem", folder / "server.key"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for number, service in enumerate(getattr(item, "services", []), 1):
            report.sections.append((f"service {number}", service.report()))
    return report
