"""openapi.yaml reads well: Spectral finds nothing, and each of our own rules can fire."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPECTRAL = ROOT / "tests" / "browser" / "node_modules" / ".bin" / "spectral"


def findings(document):
    command = [SPECTRAL, "lint", document, "--ruleset", ROOT / "tests" / "lint" / "openapi.spectral.yaml"]
    done = subprocess.run([*command, "--fail-severity", "hint"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout if done.returncode else ""


def test_the_document_has_no_finding():
    assert findings(ROOT / "openapi.yaml") == ""


def test_a_parameter_that_nobody_explains_and_a_body_without_example_are_findings(tmp_path):
    text = (ROOT / "openapi.yaml").read_text()
    for taken in ("          description: Webhooks a page.\n", "            example: {status: inactive}\n"):
        assert text.count(taken) == 1
        text = text.replace(taken, "")
    spoilt = tmp_path / "openapi.yaml"
    spoilt.write_text(text)
    found = findings(spoilt)
    assert "oas3-parameter-description" in found
    assert "bodies-have-examples" in found
