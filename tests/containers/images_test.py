"""The two images as their recipe makes them."""

import json
import subprocess

import pytest

import recipe
import rootfs

LARGEST = 120_000_000
TARGETS = ["api", "worker"]
NEVER_IN_PRODUCTION = ["cc", "gcc", "c++", "ld", "make", "cmake", "git", "curl", "wget", "python3", "strace", "gdb"]


@pytest.mark.parametrize("target", TARGETS)
def test_everything_the_program_is_linked_with_is_installed(roots, target):
    [program] = recipe.image(target).copies
    linked = rootfs.in_root(roots[target], "ldd", program)
    assert "libstdc++.so.6 => /" in linked
    assert "not found" not in linked
    assert rootfs.in_root(roots[target], program, "--version").startswith(f"webhooks-{target} ")


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_image_sets_is_an_option_of_the_program(roots, target):
    image = recipe.image(target)
    [program] = image.copies
    variables = [f"{name}={value}" for name, value in image.environment.items()]
    report = json.loads(rootfs.in_root(roots[target], "env", *variables, program, "config", "check", "--json"))
    said = {one["from"] for one in report["settings"] if one["origin"] == "env"}
    assert said == image.environment.keys()
    assert report["unsafe"] == []


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_is_small(roots, target):
    assert rootfs.size(roots[target]) < LARGEST


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_holds_no_tools(roots, target):
    found = [name for name in NEVER_IN_PRODUCTION if (roots[target] / "usr/bin" / name).exists()]
    assert found == []
    assert not any((roots[target] / "var/lib/apt/lists").glob("*_Packages*"))


@pytest.mark.parametrize("target", TARGETS)
def test_the_user_is_nobody_special_and_owns_the_data(roots, target):
    user, group = map(int, recipe.image(target).user.split(":"))
    data = (roots[target] / "data").stat()
    assert user >= 1000
    assert (data.st_uid, data.st_gid, data.st_mode & 0o777) == (user, group, 0o750)
    entry = rootfs.in_root(roots[target], "getent", "passwd", str(user))
    assert entry.endswith("/nonexistent:/usr/sbin/nologin\n")
    writable = ["find", "/", "-xdev", "-user", str(user), "-not", "-path", "/data"]
    assert rootfs.in_root(roots[target], *writable) == ""


def test_the_worker_knows_the_roots_that_endpoints_are_signed_by(roots):
    assert (roots["worker"] / "etc/ssl/certs/ca-certificates.crt").stat().st_size > 100_000


def test_the_build_has_all_it_needs_within_its_context(tmp_path):
    """What .dockerignore lets in is enough to configure the build from."""
    lines = (recipe.ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    context = tmp_path / "context"
    context.mkdir()
    for name in (line[1:].rstrip("/") for line in lines if line.startswith("!")):
        subprocess.run(["cp", "--recursive", recipe.ROOT / name, context / name], check=True)
    done = subprocess.run(
        ["cmake", "-S", context, "-B", tmp_path / "build", "-G", "Ninja"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    known = subprocess.run(["ninja", "-C", tmp_path / "build", "-t", "query", "webhooks-api"], capture_output=True)
    assert known.returncode == 0
