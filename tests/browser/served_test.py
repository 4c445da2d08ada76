"""How the page's files are served, and that the tests would notice a violation of its policy."""

import gzip

import pytest

from portal import watch
from waiting import eventually

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
FILES = {
    "/": "text/html; charset=utf-8",
    "/portal/main.js": "text/javascript; charset=utf-8",
    "/portal/base.css": "text/css; charset=utf-8",
    "/portal/icon.svg": "image/svg+xml",
    "/portal/config.json": "application/json",
}


@pytest.mark.parametrize("path", FILES)
def test_a_file_has_its_type_its_tag_and_the_policy(service, path):
    answer = service.anonymous("GET", path).expect(200)
    assert answer.headers["Content-Type"] == FILES[path]
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-cache"
    etag = answer.headers["ETag"]
    assert etag.startswith('"') and len(etag) > 20

    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = service.anonymous("GET", path, headers={"If-None-Match": known}).expect(304)
        assert again.headers["ETag"] == etag and again.body == b""
    service.anonymous("GET", path, headers={"If-None-Match": '"other"'}).expect(200)


@pytest.mark.parametrize("path", [path for path in FILES if not path.endswith(".json")])
def test_a_file_is_packed_for_those_who_take_it(service, path):
    plain = service.anonymous("GET", path).expect(200)
    assert "Content-Encoding" not in plain.headers
    packed = service.anonymous("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.8"}).expect(200)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] and "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for refusal in ("gzip;q=0", "gzip; q=0.0", "identity", "xgzip"):
        answer = service.anonymous("GET", path, headers={"Accept-Encoding": refusal}).expect(200)
        assert "Content-Encoding" not in answer.headers


def test_a_head_says_what_a_get_would(service):
    got = service.anonymous("GET", "/")
    head = service.anonymous("HEAD", "/").expect(200)
    assert head.body == b"" and head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(got.body))


@pytest.mark.parametrize("path", ["/portal/none.js", "/portal/index.html", "/portal/../main.cpp", "/portal/%2e%2e%2fmain.cpp", "/portal/"])
def test_there_is_nothing_else(service, path):
    service.anonymous("GET", path).problem(404)


def test_embedding_origins_are_in_the_policy_and_told_to_the_page(make_service):
    service = make_service()
    service.api.command += ["--portal-origin", "https://a.example", "--portal-origin", "https://b.example:8443"]
    service.start()
    answer = service.anonymous("GET", "/")
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' https://a.example https://b.example:8443")
    told = service.anonymous("GET", "/portal/config.json").json()
    assert told == {"portal_origins": ["https://a.example", "https://b.example:8443"]}


@pytest.mark.parametrize("origin", ["*", "https://a.example/", "a.example", "https://a.example 'unsafe-inline'", "https://a;script-src", ""])
def test_an_origin_that_is_none_stops_the_process(service, origin):
    done = service.command("serve", "--database", service.database_url, "--portal-origin", origin)
    assert done.returncode == 2 and "--portal-origin" in done.stderr


def test_the_watch_sees_what_the_policy_refuses(service, chromium):
    faults = []
    context = chromium.new_context()
    try:
        watch(context, faults)
        page = context.new_page()
        page.goto(service.api_address)
        page.evaluate("""() => {
          const script = document.createElement('script');
          script.textContent = 'window.ran = true';
          document.body.append(script);
        }""")
        page.evaluate("fetch('https://elsewhere.invalid/').catch(() => {})")
        page.wait_for_function("document.body !== null")
        assert page.evaluate("window.ran") is None

        def saw(directive):
            page.evaluate("document.body !== null")  # what the browser has to say comes while it is asked something
            return any(directive in fault for fault in faults)

        for directive in ("script-src", "connect-src"):
            eventually(lambda: saw(directive), f"a fault with {directive}")
    finally:
        context.close()
