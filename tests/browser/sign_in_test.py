"""How a reader comes in, stays in, and comes back without losing anything."""

import http.server
import threading

import pytest
from playwright.sync_api import expect



def revoke_partner_keys(service):
    for key in service.admin.get("/api-keys").expect(200).json()["data"]:
        if key["role"] == "partner":
            service.admin.delete(f"/api-keys/{key['id']}").expect(204)


def test_a_wrong_key_is_refused_beside_its_field(service, open_portal):
    portal = open_portal(key="")
    field = portal.page.get_by_label("API key")
    expect(field).to_be_focused()
    field.fill("whk_wrong")
    field.press("Enter")
    expect(portal.dialog().get_by_text("This key is not valid")).to_be_visible()
    expect(field).to_have_value("whk_wrong")
    portal.sign_in(service.partner.key)
    expect(portal.page.get_by_role("heading", name="Webhooks", exact=True)).to_be_visible()


def test_escape_leads_nowhere_without_a_key(open_portal):
    portal = open_portal(key="")
    for _ in range(3):
        portal.page.keyboard.press("Escape")
    expect(portal.dialog("Sign in")).to_be_visible()


def test_the_key_is_kept_for_this_tab_only(service, open_portal, make_context):
    context = make_context()
    portal = open_portal(context=context)
    portal.page.reload()
    expect(portal.page.get_by_text("No webhooks yet")).to_be_visible()

    other = open_portal(context=context, key="")
    expect(other.dialog("Sign in")).to_be_visible()
    kept = portal.page.evaluate("[localStorage.length, document.cookie, location.href.includes('whk_')]")
    assert kept == [0, "", False]


def test_signing_out_forgets_everything(service, receiver, open_portal):
    service.create_webhook(receiver)
    portal = open_portal()
    expect(portal.rows).to_have_count(1)
    portal.button("Sign out").click()
    expect(portal.dialog("Sign in")).to_be_visible()
    expect(portal.rows).to_have_count(0)
    assert portal.page.evaluate("sessionStorage.length") == 0


def test_a_key_without_permission_says_so(service, open_portal):
    portal = open_portal(key=service.producer.key)
    expect(portal.page.get_by_role("heading", name="No permission")).to_be_visible()
    expect(portal.button("Add webhook")).to_be_disabled()


def test_an_ended_session_keeps_what_was_typed(service, open_portal):
    portal = open_portal()
    portal.button("Add webhook").first.click()
    portal.fill_form(service.contract_id, "https://partner.example/typed", ["Product Added"])
    revoke_partner_keys(service)
    portal.dialog().get_by_role("button", name="Save").click()

    expect(portal.dialog("Your session has ended")).to_be_visible()
    portal.page.get_by_label("API key").fill(service.create_key("partner", service.partner_id))
    portal.dialog("Your session has ended").get_by_role("button", name="Sign in").click()

    # The save that met the ended session goes on by itself.
    expect(portal.dialog("Webhook 1 is ready")).to_be_visible()
    portal.dialog().get_by_role("button", name="Done").click()
    expect(portal.row("https://partner.example/typed")).to_be_visible()


# Inside another page.

HOST = """<!doctype html><title>host</title><iframe src="{portal}" width="900" height="700"></iframe>
<script>
  window.wanted = [];
  addEventListener('message', (event) => {{ window.wanted.push([event.origin, event.data]); }});
  window.give = (token) => frames[0].postMessage({{ type: 'partner-webhooks:token', token }}, '*');
</script>"""


@pytest.fixture
def serve_host():
    """Serves a page of another origin that embeds what it is told to."""
    servers = []

    def serve():
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.server.page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.page = ""
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return server, f"http://127.0.0.1:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_an_allowed_page_signs_its_reader_in_and_in_again(make_service, serve_host, make_context):
    host, origin = serve_host()
    service = make_service()
    service.api.command += ["--portal-origin", origin]
    service.start()
    host.page = HOST.format(portal=service.api_address)
    page = make_context().new_page()
    page.goto(origin)
    inner = page.frame_locator("iframe")

    expect(inner.get_by_text("Waiting for the portal")).to_be_visible()
    page.wait_for_function("window.wanted.length > 0")
    wanted = {"type": "partner-webhooks:token-wanted", "reason": "absent"}
    assert page.evaluate("window.wanted") == [[service.api_address, wanted]]
    page.evaluate("(token) => give(token)", service.partner.key)
    expect(inner.get_by_text("No webhooks yet")).to_be_visible()

    revoke_partner_keys(service)
    inner.get_by_role("button", name="Download Excel").click()
    page.wait_for_function("window.wanted.length > 1")
    assert page.evaluate("window.wanted[1][1].reason") == "expired"
    page.evaluate("(token) => give(token)", service.create_key("partner", service.partner_id))
    expect(inner.get_by_role("dialog")).to_have_count(0)


def test_a_page_that_is_not_allowed_cannot_even_show_it(service, serve_host, chromium):
    # A context of its own: the browser reports the refusal as an error, which is what is wanted here.
    host, origin = serve_host()
    host.page = HOST.format(portal=service.api_address)
    context = chromium.new_context()
    try:
        page = context.new_page()
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text, timeout=60_000):
            page.goto(origin)
        page.wait_for_load_state("networkidle")
        assert page.frame_locator("iframe").get_by_label("API key").count() == 0
    finally:
        context.close()


def test_two_readers_do_not_share_a_session(service, open_portal):
    first = open_portal()
    second = open_portal(key="")
    expect(second.dialog("Sign in")).to_be_visible()
    expect(first.dialog()).to_have_count(0)
