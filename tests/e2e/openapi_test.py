"""The running server is openapi.yaml: Schemathesis asks what the document allows, what it forbids, and follows its links."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Who asks what. Keys of the wrong role answer 403, which proves nothing about the rest.
ASKED = {
    "partner": ["--include-tag=Webhooks", "--include-tag=Deliveries", "--include-operation-id=listContracts"],
    "producer": ["--include-tag=Events", "--include-operation-id=listEventTypes"],
    "admin": [
        "--include-tag=Access",
        *("--include-operation-id=putContract", "--include-operation-id=deleteContract"),
        "--exclude-operation-id=deleteApiKey",  # it would follow the list to the very key that it asks with
    ],
    "reader": ["--include-tag=Meta", "--phases=examples,coverage,fuzzing"],  # with nothing to link
}


def examine(service, folder, role, examples, *arguments):
    key = "none" if role == "reader" else getattr(service, role).key
    command = [Path(sys.executable).with_name("schemathesis"), "--config-file", ROOT / "tests/e2e/schemathesis.toml"]
    command += ["run", ROOT / "openapi.yaml", "--url", service.api_address, "-H", f"Authorization: Bearer {key}"]
    command += ["--generation-deterministic", "--continue-on-failure", "--no-color", "--max-examples", str(examples)]
    done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder)
    told = "\n".join(line[:400] for line in done.stdout.splitlines())
    print(told)
    assert done.returncode == 0, told
    generated = re.search(r"(\d+) generated", told)
    assert generated, told
    return int(generated.group(1))


@pytest.mark.timeout(900)  # with --examples it may be asked to take long
@pytest.mark.parametrize("role", ASKED)
def test_the_server_is_the_document(service, tmp_path, role, request):
    service.worker.stop()  # nobody is to be told of what is made up here
    assert examine(service, tmp_path, role, request.config.getoption("--examples"), *ASKED[role]) > 10


def test_revoking_a_key_is_the_document(service, tmp_path):
    service.worker.stop()
    asked = ["--include-operation-id=deleteApiKey", "--phases=examples,coverage,fuzzing"]
    assert examine(service, tmp_path, "admin", 20, *asked) > 10
