"""The executables as an operator meets them in a shell."""

import subprocess

import pytest

from api import call

BAD = {
    "unknown option": (["serve", "--colour", "red"], "colour"),
    "bad address": (["serve", "--listen", "nowhere"], "listen"),
    "bad database": (["serve", "--database", "oracle:x"], "database"),
    "unknown role": (["key", "create", "--role", "king"], "role"),
    "partner without an id": (["key", "create", "--role", "partner"], "partner"),
    "producer with an id": (["key", "create", "--role", "producer", "--partner", "PTR-1"], "partner"),
    "unknown command": (["dance"], "dance"),
}
BAD_FOR_THE_WORKER = {
    "unknown option": (["--colour", "red"], "colour"),
    "no senders": (["--senders", "0"], "senders"),
    "bad duration": (["--attempt-timeout", "soon"], "attempt-timeout"),
    "bad schedule": (["--retry-schedule", "0s,later"], "retry-schedule"),
    "bad range": (["--allow-cidr", "127.0.0.0/33"], "allow-cidr"),
    "no name server": (["--dns-server", "ns.example:53"], "dns-server"),
    "impatient": (["--disable-after", "0s"], "disable-after"),
    "missing root": (["--ca-file", "/nonexistent.pem"], "ca-file"),
}


def run(program, *arguments, **options):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, **options)


def assert_refused(done, names):
    assert done.returncode == 2, done
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert names in line


@pytest.mark.parametrize("arguments, names", BAD.values(), ids=BAD)
def test_the_api_refuses_bad_options_in_one_line(bin_dir, tmp_path, arguments, names):
    if "--database" not in arguments and arguments != ["dance"]:
        arguments = [*arguments, "--database", "sqlite:webhooks.db"]
    assert_refused(run(bin_dir / "webhooks-api", *arguments, cwd=tmp_path), names)


@pytest.mark.parametrize("arguments, names", BAD_FOR_THE_WORKER.values(), ids=BAD_FOR_THE_WORKER)
def test_the_worker_refuses_bad_options_in_one_line(bin_dir, tmp_path, arguments, names):
    arguments = ["--database", "sqlite:webhooks.db", *arguments]
    assert_refused(run(bin_dir / "webhooks-worker", *arguments, cwd=tmp_path), names)


@pytest.mark.parametrize("program, options", [
    ("webhooks-api", ["--database", "--listen", "--ops-listen", "--allow-http", "--allow-cidr", "--config"]),
    ("webhooks-worker", ["--database", "--ops-listen", "--senders", "--attempt-timeout", "--retry-schedule",
                         "--poll", "--drain-timeout", "--ca-file", "--dns-server", "--disable-after", "--config"]),
])
def test_help_documents_every_option(bin_dir, program, options):
    done = run(bin_dir / program, *(["serve"] if program == "webhooks-api" else []), "--help")
    assert done.returncode == 0
    for option in options:
        assert option in done.stdout


def test_file_and_environment_are_read_and_checked_like_flags(bin_dir, tmp_path):
    worker = bin_dir / "webhooks-worker"
    (tmp_path / "bad.toml").write_text('database = "sqlite:webhooks.db"\nsenders = 0\n')
    (tmp_path / "unknown.toml").write_text('database = "sqlite:webhooks.db"\ncolour = "red"\n')
    environment = {"WEBHOOKS_SENDERS": "many", "WEBHOOKS_DATABASE": "sqlite:webhooks.db"}
    assert_refused(run(worker, "--config", "bad.toml", cwd=tmp_path), "senders")
    assert_refused(run(worker, "--config", "unknown.toml", cwd=tmp_path), "colour")
    assert_refused(run(worker, cwd=tmp_path, env=environment), "WEBHOOKS_SENDERS")


def test_flags_win_over_environment_over_file(bin_dir, tmp_path):
    (tmp_path / "webhooks.toml").write_text('database = "sqlite:from-file.db"\n')
    environment = {"WEBHOOKS_DATABASE": "sqlite:from-environment.db"}
    migrate = [bin_dir / "webhooks-api", "migrate", "--config", "webhooks.toml"]
    for arguments, env, made in [
        ([], {}, "from-file.db"),
        ([], environment, "from-environment.db"),
        (["--database", "sqlite:from-flag.db"], environment, "from-flag.db"),
    ]:
        assert run(*migrate, *arguments, cwd=tmp_path, env=env).returncode == 0
        assert (tmp_path / made).exists()


def test_migrate_may_be_run_again_and_by_several_at_once(bin_dir, tmp_path):
    command = [bin_dir / "webhooks-api", "migrate", "--database", f"sqlite:{tmp_path}/webhooks.db"]
    racing = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(4)]
    for process in racing:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert run(*command).returncode == 0


def test_a_key_is_shown_once_and_stored_only_as_a_hash(make_service):
    service = make_service()
    key = service.create_key("admin")
    assert key != service.create_key("admin")
    assert key.encode() not in b"".join(path.read_bytes() for path in service.database.parent.iterdir())


def test_the_first_key_is_made_once_however_often_it_is_asked_for(bin_dir, tmp_path):
    command = [bin_dir / "webhooks-api", "key", "create", "--role", "admin", "--first"]
    racing = [
        subprocess.Popen([*command, "--database", f"sqlite:{tmp_path}/webhooks.db"], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    shown = [process.communicate(timeout=60)[0].decode() for process in racing]
    assert [process.returncode for process in racing] == [0, 0, 0]
    assert sum(text.startswith("whk_") for text in shown) == 1
    assert sum(text == "" for text in shown) == 2


def test_both_are_ready_and_measured_on_their_ops_ports(service, receiver):
    webhook = service.create_webhook(receiver)
    service.wait_delivered(webhook, service.publish())
    for ops in (service.api_ops, service.worker_ops):
        call(ops, "GET", "/healthz").expect(200)
        call(ops, "GET", "/readyz").expect(200)
        assert b"# TYPE " in call(ops, "GET", "/metrics").expect(200).body


def test_a_port_that_is_taken_is_said_in_one_line(service):
    address = service.api_address.removeprefix("http://")
    done = service.command("serve", "--database", service.database_url, "--listen", address)
    assert done.returncode != 0
    assert address in done.stderr
