"""Debian root file systems that stand in for images: what `FROM debian:12-slim` is, made by debootstrap, and what the
Dockerfile makes of it, by the same script. Kept under build/containers as long as their recipe stays the same."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import recipe

ROOT = recipe.ROOT
KEPT = ROOT / "build" / "containers"
SUITES = ("bookworm", "bookworm-updates", "bookworm-security")
PREPARE = ROOT / "common" / "package" / "prepare_image"
# What the slim variant of Debian's image leaves out.
LEFT_OUT = ["doc", "man", "info", "locale", "groff", "lintian", "linda"]


def why_impossible():
    if os.geteuid() != 0:
        return "it needs root"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"])
    return "this machine lets nobody make namespaces and mounts" if tried.returncode else None


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def archive():
    """This machine's own sources of Debian 12, as lines of a sources.list."""
    listed = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
    found = sorted({line for line in listed.splitlines() if line.split()[1] in SUITES})
    return [f"deb {line} main" for line in found] or ["deb http://deb.debian.org/debian bookworm main"]


def in_root(root, *command):
    """Runs a command as root inside, with the machine's network."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    environment = {"PATH": path, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **proxies}
    return run("chroot", root, *command, env=environment)


def kept(name, what_it_is_made_of, make):
    """The root of that name, made anew when what it is made of has changed."""
    root, mark = KEPT / name, KEPT / f"{name}.made"
    recipe_hash = hashlib.sha256("\n".join(what_it_is_made_of).encode()).hexdigest()
    if not (root.exists() and mark.exists() and mark.read_text() == recipe_hash):
        mark.unlink(missing_ok=True)
        shutil.rmtree(root, ignore_errors=True)
        KEPT.mkdir(parents=True, exist_ok=True)
        make(root)
        mark.write_text(recipe_hash)
    return root


def slim():
    sources = archive()

    def make(root):
        mirror = next((line.split()[1] for line in sources if line.split()[2] == "bookworm"))
        run("debootstrap", "--variant=minbase", "bookworm", root, mirror)
        (root / "etc/apt/sources.list").write_text("\n".join(sources) + "\n")
        proxies = [line for line in run("apt-config", "dump").splitlines() if "::Proxy" in line or "::Check-" in line]
        (root / "etc/apt/apt.conf.d/as-outside").write_text("\n".join(proxies) + "\n")
        (root / "etc/dpkg/dpkg.cfg.d/slim").write_text("".join(f"path-exclude=/usr/share/{n}/*\n" for n in LEFT_OUT))
        for name in LEFT_OUT:
            shutil.rmtree(root / "usr/share" / name, ignore_errors=True)
        for name in ("resolv.conf", "hosts"):
            shutil.copy(Path("/etc", name), root / "etc" / name)
        in_root(root, "apt-get", "clean")

    return kept("slim", [*sources, *LEFT_OUT, "1"], make)


def image_root(target):
    """The stage of that name, with the build's stripped executable in it."""
    base, image = slim(), recipe.image(target)

    def make(root):
        run("cp", "--archive", base, root)
        shutil.copy(PREPARE, root / "run/prepare_image")
        in_root(root, "/run/prepare_image", image.prepared_as)
        (root / "run/prepare_image").unlink()

    made_of = [(KEPT / "slim.made").read_text(), PREPARE.read_text(), image.prepared_as]
    root = kept(target, made_of, make)
    for into, source in image.copies.items():
        run("strip", "--strip-unneeded", "-o", f"{root}{into}", ROOT / source)
    return root


def main():
    """Makes what the tests start from: the first time that takes minutes, of which no single test should be blamed."""
    if why := why_impossible():
        print(f"\n*** containers are NOT tested here: {why} ***\n", flush=True)
        return
    for target in ("api", "worker"):
        print(f"{target}: {size(image_root(target)) / 1e6:.1f} MB", flush=True)


def size(root):
    """Bytes of all files, each inode once, as an image's layers would hold them."""
    return int(run("du", "--one-file-system", "--apparent-size", "--block-size=1", "--summarize", root).split()[0])


if __name__ == "__main__":
    main()
