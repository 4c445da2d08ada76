"""The commands of the operator's guide, typed as they stand there."""

import re
import shlex
import subprocess
from pathlib import Path

from waiting import eventually

GUIDE = Path(__file__).resolve().parents[2] / "common" / "ops" / "GUIDE.md"
SETTINGS = "/etc/partner-webhooks"


def commands():
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(), re.M | re.S)
    return [line for block in blocks for line in block.splitlines() if line.startswith("webhooks-")]


def test_the_guides_commands_do_what_it_says(service, receiver, bin_dir, tmp_path):
    service.wait_delivered(service.create_webhook(receiver), service.publish())
    for name in ("api", "worker"):
        (tmp_path / f"{name}.toml").write_text(f'database = "{service.database_url}"\n')
    typed = commands()
    assert len(typed) > 5
    for line in typed:
        program, *arguments = shlex.split(line.split(" #")[0].replace(SETTINGS, str(tmp_path)).replace("/backups", str(tmp_path)))
        ops = service.api_ops if program == "webhooks-api" else service.worker_ops
        environment = {"WEBHOOKS_OPS_LISTEN": ops.removeprefix("http://")} if arguments == ["--health"] else {}

        def run():
            command = [bin_dir / program, *arguments]
            return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

        if arguments == ["--health"]:  # gives up after 2 s, for which a machine may pause
            eventually(lambda: run().returncode == 0, line)
            continue
        done = run()
        assert done.returncode == 0, (line, done.stderr)
