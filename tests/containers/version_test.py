"""Where a build takes its version from."""

import os
import subprocess

import pytest

import recipe

SCRIPT = recipe.ROOT / "common" / "cmake" / "Version.cmake"


@pytest.fixture
def version(tmp_path):
    """The release and the package's version of a source tree in that state."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "print.cmake").write_text(f'include({SCRIPT})\nmessage("${{RELEASE}} ${{PACKAGE_VERSION}}")\n')
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CEILING_DIRECTORIES": str(tmp_path)}

    def run(*command, **more):
        return subprocess.run(command, cwd=source, env={**environment, **more}, capture_output=True, text=True)

    def git(*arguments):
        done = run("git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments)
        assert done.returncode == 0, done.stderr

    def print_version(**more):
        done = run("cmake", "-P", "print.cmake", **more)
        return done.stderr.strip()

    print_version.git = git
    return print_version


def test_a_tag_is_the_version(version):
    version.git("init", "--quiet")
    version.git("add", ".")
    version.git("commit", "--quiet", "--message", "one")
    assert version() == "0.1.0 0.1.0"  # no tag yet
    version.git("tag", "v1.4.2")
    assert version() == "1.4.2 1.4.2"
    version.git("commit", "--quiet", "--allow-empty", "--message", "two")
    release, package = version().split()
    assert release == "1.4.2"
    assert package.startswith("1.4.2+1.g")
    later = subprocess.run(["dpkg", "--compare-versions", package, "gt", "1.4.2"])
    before = subprocess.run(["dpkg", "--compare-versions", package, "lt", "1.4.3"])
    assert (later.returncode, before.returncode) == (0, 0)


def test_without_git_it_is_told_or_the_fallback(version):
    assert version() == "0.1.0 0.1.0"
    assert version(WEBHOOKS_VERSION="2.0.1") == "2.0.1 2.0.1"
    assert "not a version: latest" in version(WEBHOOKS_VERSION="latest")
