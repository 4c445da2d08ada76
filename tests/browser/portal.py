"""The portal page as a reader uses it: by what is written on it, never by how it is built."""

import re

from playwright.sync_api import expect

VIOLATIONS = """
  document.addEventListener('securitypolicyviolation', (event) =>
    console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# What the browser itself writes to the console for an answer of status 400 or more.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of|net::ERR_")


def watch(context, faults):
    """Notes in `faults` every script error, console error, dialog and violation of the page's policy."""
    context.add_init_script(VIOLATIONS)
    context.on("weberror", lambda error: faults.append(f"script error: {error.error}"))
    context.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def hear(message):
        if message.type in ("error", "warning") and not ANSWERED.search(message.text):
            faults.append(f"console {message.type}: {message.text}")

    context.on("console", hear)


class Portal:
    def __init__(self, page, address):
        self.page = page
        self.address = address

    def open(self, path=""):
        self.page.goto(f"{self.address}/{path}")

    def sign_in(self, key):
        self.page.get_by_label("API key").fill(key)
        self.page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    def wait_idle(self):
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    # The table.

    @property
    def rows(self):
        return self.page.get_by_role("table", name="Webhooks").locator("tbody").get_by_role("row")

    def row(self, text):
        return self.rows.filter(has_text=text)

    def numbers(self):
        return [int(text) for text in self.rows.locator("td:first-child").all_inner_texts()]

    def filter(self, name):
        return self.page.get_by_label(f"Filter by {name}")

    def button(self, name, **options):
        return self.page.get_by_role("button", name=name, **options)

    # Dialogs.

    def dialog(self, name=None):
        return self.page.get_by_role("dialog", name=name) if name else self.page.get_by_role("dialog")

    def fill_form(self, contract=None, url=None, types=()):
        dialog = self.dialog()
        if contract:
            dialog.get_by_label("Contract ID").select_option(contract)
        if url:
            dialog.get_by_label("URL").fill(url)
        for label in types:
            dialog.get_by_label(label, exact=True).check()

    def expect_toast(self, text):
        expect(self.page.locator(".toast").filter(has_text=text)).to_be_visible()
