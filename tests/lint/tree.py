"""The repository's own text files as {path: text}, and what the rules need to know of them."""

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".venv", ".cache", "build", "data", "node_modules", "__pycache__", ".pytest_cache", ".hypothesis"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


def read_tree(root=ROOT):
    tree = {}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        for name in sorted(set(names) - NOT_OURS):
            path = Path(folder, name)
            try:
                tree[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                pass  # binary: a fuzzer's corpus, an image
    return tree


def suffix(path):
    return PurePosixPath(path).suffix


def is_cpp(path):
    return suffix(path) in (".cpp", ".h")


def inside(path, folder):
    return path == folder or path.startswith(folder + "/")


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def matches(path, text, pattern, message):
    return [Finding(path, line_of(text, hit.start()), message) for hit in re.finditer(pattern, text, re.M)]


@dataclass(frozen=True)
class Include:
    path: str
    line: int
    target: str
    quoted: bool  # "…": one of ours


def includes(tree):
    return [
        Include(path, line_of(text, hit.start()), hit.group(2), hit.group(1) == '"')
        for path, text in tree.items()
        if is_cpp(path)
        for hit in INCLUDE.finditer(text)
    ]
