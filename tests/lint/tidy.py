"""Runs clang-tidy over build/dev/compile_commands.json, skipping files that nothing has changed for.

What passed is remembered under build/lint by a hash of the file, all of our headers that it reaches, its compile
command and .clang-tidy.
"""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import ROOT, includes, read_tree

BUILD = ROOT / "build" / "dev"
PASSED = ROOT / "build" / "lint"


def reach(path, graph):
    seen, waiting = set(), [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += graph.get(current, [])
    return sorted(seen)


def work():
    """(path, fingerprint) of every file of ours that is compiled."""
    tree = read_tree()
    graph = {}
    for include in includes(tree):
        if include.target in tree:
            graph.setdefault(include.path, []).append(include.target)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout
    checks = [text for path, text in tree.items() if path.endswith(".clang-tidy")]
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        source = Path(entry["file"])
        path = source.relative_to(ROOT).as_posix() if source.is_relative_to(ROOT) else ""
        if path in tree:
            parts = [version, *checks, entry["command"].replace(str(ROOT), ""), *(tree[p] for p in reach(path, graph))]
            yield path, hashlib.sha256("\0".join(parts).encode()).hexdigest()


def check(job):
    path, fingerprint = job
    command = ["clang-tidy", "--quiet", "-p", str(BUILD), path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        (PASSED / fingerprint).touch()
        return True
    print(f"{path}:\n{done.stdout}{'' if done.stdout else done.stderr}", flush=True)
    return False


def main():
    PASSED.mkdir(parents=True, exist_ok=True)
    jobs = list(work())
    fresh = [job for job in jobs if not (PASSED / job[1]).exists()]
    print(f"clang-tidy: {len(jobs)} files, {len(fresh)} to look at", flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = list(pool.map(check, fresh)).count(False)
    print(f"{len(jobs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
