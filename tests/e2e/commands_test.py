"""The commands of operators, as a person and as a script uses them, while the service runs."""

import json
import subprocess

import pytest

from waiting import eventually


def ops(service, *arguments, code=0):
    done = service.command(*arguments, "--database", service.database_url)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


def as_json(service, *arguments):
    return json.loads(ops(service, *arguments, "--json").stdout)


def table(text):
    """The rows below the titles, cut where the titles begin: what a person sees as columns."""
    titles, *rows = text.splitlines()
    starts = [0] + [i + 2 for i in range(len(titles) - 2) if titles[i : i + 2] == "  " and titles[i + 2] != " "]
    ends = [*starts[1:], None]
    return [[row[start:end].strip() for start, end in zip(starts, ends)] for row in rows]


def test_keys_are_listed_without_the_keys_and_end_at_once(service):
    made = service.caller("producer")
    before = as_json(service, "key", "list")["data"]
    assert {key["role"] for key in before} == {"admin", "partner", "producer"}
    assert made.key not in ops(service, "key", "list").stdout
    newest = max(before, key=lambda key: key["created_at"])["id"]
    made.post("/events", service.event()).expect(202)

    ops(service, "key", "revoke", newest)

    made.post("/events", service.event()).expect(401)
    assert newest not in ops(service, "key", "list").stdout
    again = ops(service, "key", "revoke", newest, code=1)
    assert newest in again.stderr and again.stdout == ""


def test_webhooks_of_all_partners_are_listed_by_filter(service, receiver):
    mine = service.create_webhook(receiver, description="mine")
    service.put_contract("CTR-2", "PTR-2")
    other = service.caller("partner", "PTR-2").post(
        "/webhooks", {"contract_id": "CTR-2", "url": receiver.url("/two"), "event_types": ["product.added"]}
    )
    theirs = other.expect(201).json()["id"]
    assert [w["id"] for w in as_json(service, "webhook", "list")["data"]] == [mine.id, theirs]
    assert [w["id"] for w in as_json(service, "webhook", "list", "--partner", "PTR-2")["data"]] == [theirs]
    assert as_json(service, "webhook", "list", "--status", "inactive")["data"] == []
    rows = table(ops(service, "webhook", "list", "--contract", service.contract_id).stdout)
    assert [row[0] for row in rows] == [mine.id]
    assert receiver.url("/hooks") in rows[0]


def test_deliveries_are_listed_shown_and_sent_again(service, receiver):
    webhook = service.create_webhook(receiver)
    event = service.publish()
    delivery = service.wait_delivered(webhook, event)
    [listed] = as_json(service, "delivery", "list", "--webhook", webhook.id, "--state", "delivered")["data"]
    assert listed["id"] == delivery["id"]
    assert as_json(service, "delivery", "list", "--state", "failed")["data"] == []
    assert as_json(service, "delivery", "list")["data"] == [listed]
    assert delivery["id"] in ops(service, "delivery", "show", delivery["id"]).stdout
    assert len(as_json(service, "delivery", "show", delivery["id"])["attempts"]) == 1

    [again] = as_json(service, "delivery", "retry", delivery["id"])["data"]

    assert again["id"] == delivery["id"]
    receiver.wait_for(event, count=2)


def test_what_cannot_be_sent_again_is_named_and_the_rest_is(service, receiver):
    webhook = service.create_webhook(receiver)
    event = service.publish()
    delivery = service.wait_delivered(webhook, event)
    unknown = delivery["id"].rsplit("_", 1)[0] + "_999"
    done = ops(service, "delivery", "retry", unknown, delivery["id"], code=1)
    assert unknown in done.stderr and delivery["id"] in done.stdout
    receiver.wait_for(event, count=2)


def test_the_outbox_tells_what_waits(service, receiver):
    service.create_webhook(receiver)
    service.worker.stop()
    for _ in range(3):
        service.publish()
    stats = as_json(service, "outbox", "stats")
    assert stats["events_pending"] == 3
    assert stats["oldest_event_age_ms"] >= 0
    assert stats["webhooks_active"] == 1
    assert ["events that wait to be fanned out", "3"] in table(ops(service, "outbox", "stats").stdout)
    service.start_worker()
    eventually(lambda: as_json(service, "outbox", "stats")["deliveries_pending"] == 0, "nothing waits any more")


@pytest.mark.parametrize("arguments, names", [
    (["key", "revoke"], "ID"),
    (["delivery", "retry", "nonsense"], "nonsense"),
    (["delivery", "list", "--state", "lost"], "lost"),
    (["delivery", "list", "--limit", "0"], "limit"),
    (["outbox"], "stats"),
])
def test_commands_refuse_what_they_do_not_understand(bin_dir, tmp_path, arguments, names):
    done = subprocess.run([bin_dir / "webhooks-api", *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2, done
    [line] = done.stderr.splitlines()
    assert names in line or "subcommand" in line


def test_a_command_does_not_make_a_database(bin_dir, tmp_path):
    done = subprocess.run([bin_dir / "webhooks-api", "key", "list", "--database", "sqlite:none.db"],
                          cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "none.db" in line
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("program", ["webhooks-api", "webhooks-worker"])
def test_the_manual_page_is_right_for_both_formatters(bin_dir, tmp_path, program):
    page = tmp_path / f"{program}.8"
    page.write_text(subprocess.run([bin_dir / program, "--manual"], capture_output=True, text=True, check=True).stdout)
    checked = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout
    shown = subprocess.run(["groff", "-ww", "-mdoc", "-Tutf8", "-P-cbou", page], capture_output=True, text=True)
    assert (shown.returncode, shown.stderr) == (0, "")
    text = subprocess.run(["mandoc", "-T", "ascii", page], capture_output=True, text=True, check=True).stdout
    assert "--database" in text.replace("\b", "") or "-\b--\b-d" in text


def complete(script, *words):
    """What bash offers for the last of these words."""
    asked = f"""
      source "$1"; shift
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
      "$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
      printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", asked, "bash", script, *words], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_bash_completes_commands_options_and_choices(bin_dir, tmp_path):
    for program in ("webhooks-api", "webhooks-worker"):
        script = subprocess.run([bin_dir / program, "--completion"], capture_output=True, text=True, check=True).stdout
        (tmp_path / program).write_text(script)
    api, worker = tmp_path / "webhooks-api", tmp_path / "webhooks-worker"
    assert complete(api, "webhooks-api", "deliv") == {"delivery"}
    assert complete(api, "webhooks-api", "delivery", "") == {"list", "show", "retry"}
    assert "--listen" in complete(api, "webhooks-api", "serve", "--")
    assert complete(api, "webhooks-api", "key", "create", "--role", "p") == {"partner", "producer"}
    assert "--json" in complete(api, "webhooks-api", "delivery", "show", "dlv_x_1", "--j")
    assert complete(worker, "webhooks-worker", "--sen") == {"--senders"}
