"""The inside of a container, as PID 1 of namespaces of its own: mounts, limits, user, then the program in its place.
The only argument is what container.py made of the compose file, as JSON."""

import json
import os
import subprocess
import sys


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def main():
    wanted = json.loads(sys.argv[1])
    root = wanted["root"]
    mount("--bind", root, root)
    mount("-t", "proc", "proc", f"{root}/proc")
    mount("--rbind", "/dev", f"{root}/dev")
    for source, into in wanted["volumes"].items():
        mount("--bind", source, root + into)
    for into, options in wanted["tmpfs"].items():
        mount("-t", "tmpfs", "-o", options, "tmpfs", root + into)
    if wanted["read_only"]:
        mount("-o", "remount,bind,ro", root)
    user, group = wanted["user"].split(":")
    confined = ["/usr/bin/setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    confined += ["--bounding-set=-all", "--inh-caps=-all"] if wanted["no_capabilities"] else []
    confined += ["--no-new-privs"] if wanted["no_new_privileges"] else []
    os.chroot(root)
    os.chdir("/")
    os.execve(confined[0], [*confined, *wanted["command"]], wanted["environment"])


main()
