import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import recipe  # noqa: E402
import rootfs  # noqa: E402
from api import Caller  # noqa: E402
from container import Container, new_volume, run_once  # noqa: E402
from receiver import Receiver  # noqa: E402
from service import Service  # noqa: E402

# Where this machine's network is not a container's: free ports on loopback, and endpoints there.
ON_LOOPBACK = {
    "WEBHOOKS_LISTEN": "127.0.0.1:0",
    "WEBHOOKS_OPS_LISTEN": "127.0.0.1:0",
    "WEBHOOKS_ALLOW_HTTP": "true",
    "WEBHOOKS_ALLOW_CIDR": "127.0.0.0/8",
}


@pytest.fixture(scope="session")
def roots():
    """The images by target. Skipped only where the kernel refuses what an engine would do."""
    if why := rootfs.why_impossible():
        pytest.skip(f"containers are NOT tested: {why}")
    return {target: rootfs.image_root(target) for target in ("api", "worker")}


class Composed(Service):
    """`docker compose up`, without an engine."""

    def __init__(self, roots, folder):
        super().__init__(Path("/"), folder, None)
        self._roots = roots
        self.volume = new_volume(roots["api"], folder / "data")
        self.database = self.volume / "webhooks.db"
        self._environment = ON_LOOPBACK
        self.api = Container("api", roots["api"], self.volume, ON_LOOPBACK)
        self.worker = Container("worker", roots["worker"], self.volume, ON_LOOPBACK)
        self.first_key = None

    def _api_command(self, *options):
        return []  # they are containers instead

    def _worker_command(self, *options):
        return []

    def run(self, name, command=None, **environment):
        return run_once(name, self._roots[recipe.image_of(name).target], self.volume, environment, command=command)

    def start_api(self):
        """In the order of depends_on: init ends well, then the API is healthy, then the worker."""
        done = self.run("init")
        assert done.returncode == 0, done.stderr
        if self.first_key is None:
            self.first_key = re.fullmatch(r"(whk_\S+)\n", done.stdout)[1]
            self._keys.append(self.first_key)
        super().start_api()

    def create_key(self, role, partner=None):
        if role == "admin":
            return self.first_key
        admin = Caller(lambda: self.api_address, self.first_key)
        wanted = {"role": role, "name": "test", **({"partner_id": partner} if partner else {})}
        made = admin.post("/api-keys", wanted).expect(201).json()
        self._keys.append(made["key"])
        return made["key"]


@pytest.fixture
def service(roots, tmp_path, request):
    made = Composed(roots, tmp_path)
    request.node.services = [made]
    yield made.start()
    made.close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()
    assert [a.signature_error for a in made.arrivals() if a.signature_error] == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for service in getattr(item, "services", []):
            report.sections.append(("service", service.report()))
    return report


