"""The tools whose verdict is ours too: clang-format for C++, shellcheck for the scripts, the compiler for Python."""

import ast
import re
import subprocess

from tree import ROOT, is_cpp, read_tree, suffix


def run(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_cpp_is_formatted():
    command = ["clang-format", "--dry-run", "-Werror", *filter(is_cpp, read_tree())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    unformatted = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", done.stderr, re.M)))
    assert done.returncode == 0, "./dev format would change " + " ".join(unformatted or [done.stderr])


def test_shell_scripts_are_sound():
    scripts = [path for path, text in read_tree().items() if text.startswith(("#!/usr/bin/env bash", "#!/bin/sh"))]
    assert {"dev", ".ci/run", "common/package/debian/postinst"} <= set(scripts)
    run("shellcheck", *scripts)


def test_python_can_be_parsed_by_debians_own():
    for path, text in read_tree().items():
        if suffix(path) == ".py":
            ast.parse(text, path, feature_version=(3, 11))
