"""A real browser in front of the real service: the fixtures of tests/e2e, and a page that may not misbehave."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

E2E = Path(__file__).resolve().parents[1] / "e2e"
sys.path.insert(0, str(E2E))
_spec = importlib.util.spec_from_file_location("e2e_fixtures", E2E / "conftest.py")
_e2e = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_e2e)

every_answer_is_in_the_document = _e2e.every_answer_is_in_the_document
make_service = _e2e.make_service
start_service = _e2e.start_service
service = _e2e.service
make_receiver = _e2e.make_receiver
receiver = _e2e.receiver
pytest_runtest_makereport = _e2e.pytest_runtest_makereport

from portal import Portal, watch  # noqa: E402  (needs the folder above on the path)

PATIENCE_MS = 60_000  # only ever used up by a failure
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def bin_dir():
    chosen = os.environ.get("WEBHOOKS_BIN")
    folder = Path(chosen).resolve() if chosen else _e2e.ROOT / "build" / "release" / "bin"
    for name in ("webhooks-api", "webhooks-worker"):
        assert (folder / name).is_file(), f"{name} is not in {folder}: build it with ./dev build"
    return folder


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "no chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        # No sandbox: containers and CI run as root, and every page here is our own.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def make_context(chromium):
    """Makes browser contexts, each a reader of its own. What any of their pages does wrong fails the test."""
    contexts = []
    faults = []

    def make(**options):
        context = chromium.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Berlin", **options})
        context.set_default_timeout(PATIENCE_MS)
        watch(context, faults)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def open_portal(make_context, service):
    """Opens the page and signs in as the partner, unless told otherwise."""

    def open_page(path="", key=None, context=None, **options):
        page = (context or make_context(**options)).new_page()
        portal = Portal(page, service.api_address)
        portal.open(path)
        if key != "":
            portal.sign_in(key or service.partner.key)
        return portal

    return open_page
