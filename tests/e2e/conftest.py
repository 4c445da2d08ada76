import dataclasses
import os
from pathlib import Path

import pytest

import api
import document
import service as service_module
from certificates import Authority
from receiver import Receiver
from service import Options, Service

ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser):
    parser.addoption("--bin-dir", help="folder with webhooks-api and webhooks-worker (or WEBHOOKS_BIN)")
    parser.addoption("--kills", type=int, default=16, help="how often kill_test.py kills a process")
    parser.addoption("--kill-seed", type=int, default=1, help="which instants it takes")
    parser.addoption("--flood", type=int, default=50_000, help="events in isolation_test.py's flood")
    parser.addoption("--examples", type=int, default=10, help="how many requests openapi_test.py makes up for each operation")


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
    """Makes services that are not started yet. Keyword arguments are fields of Options, and `folder`: where the database is."""
    made = request.node.services = []

    def make(folder=None, **options):
        if folder is None:
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


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for number, service in enumerate(getattr(item, "services", []), 1):
            report.sections.append((f"service {number}", service.report()))
    return report
