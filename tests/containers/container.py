"""A service of docker-compose.yml as a process: the same root file system, user, mounts, limits, command and signals, but
this machine's network, so that its ports can be free ones on loopback."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import recipe
from process import Process
from waiting import eventually

ENTER = Path(__file__).with_name("enter.py")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def new_volume(root, folder):
    """An empty named volume takes its owner and its mode from the image's folder."""
    model = (root / "data").stat()
    folder.mkdir()
    os.chown(folder, model.st_uid, model.st_gid)
    folder.chmod(model.st_mode & 0o7777)
    return folder


def unshare(name, root, volume, environment, command=None):
    service, image = recipe.service(name), recipe.image_of(name)
    assert service["volumes"] == ["data:/data"]
    wanted = {
        "root": str(root),
        "user": service["user"],
        "read_only": service["read_only"],
        "no_capabilities": service["cap_drop"] == ["ALL"],
        "no_new_privileges": "no-new-privileges:true" in service["security_opt"],
        "volumes": {str(volume): "/data"},
        "tmpfs": dict(spec.split(":", 1) for spec in service["tmpfs"]),
        "environment": {"PATH": PATH, **image.environment, **environment},
        "command": command or recipe.command_of(name),
    }
    spaces = ["--mount", "--pid", "--ipc", "--uts", "--propagation=private", "--fork", "--kill-child"]
    spaces += ["--net"] if service.get("network_mode") == "none" else []
    return ["unshare", *spaces, sys.executable, ENTER, json.dumps(wanted)]


def run_once(*arguments, **options):
    return subprocess.run(unshare(*arguments, **options), capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


class Container(Process):
    def __init__(self, name, root, volume, environment):
        super().__init__(name, unshare(name, root, volume, environment), None)

    @property
    def pid(self):
        """Of the program, which is PID 1 inside."""
        parent = self._popen.pid
        [child] = eventually(lambda: Path(f"/proc/{parent}/task/{parent}/children").read_text().split(), "a child")
        return int(child)

    def signal_stop(self):
        os.kill(self.pid, signal.SIGTERM)

    def status(self):
        """What the kernel says of the program, by field."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return {name: value.split() for name, value in (line.split(":", 1) for line in lines)}
