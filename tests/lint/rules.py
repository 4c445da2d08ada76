"""The architecture's rules. Each takes the tree and returns what breaks it; rules_test.py proves that each can fire."""

import re
from fnmatch import fnmatch
from pathlib import PurePosixPath

from tree import Finding, includes, inside, line_of, matches, suffix

# Who may include whom. The longest folder that holds a file is its room.
ROOMS = {
    "common/base": ["common/base"],
    "common/domain": ["common/base", "common/domain"],
    "common/json": ["common/base", "common/domain", "common/json"],
    "common/store": ["common/base", "common/domain", "common/store"],
    "common/http": ["common/base", "common/http"],
    "common/ops": ["common/base", "common/domain", "common/http", "common/json", "common/ops"],
    "api/jwt": ["common/base", "common/domain", "common/json", "api/jwt"],
    "api/wire": ["common", "api/wire"],
    "api/access": ["common", "api/jwt", "api/wire", "api/access"],
    "api/serving": ["common", "api/wire", "api/access", "api/serving"],
    "api/export": ["common", "api/export"],
    "api/portal": ["common", "api/wire", "api/portal"],
    "api/resources": ["common/base", "common/domain", "common/json", "api/resources"],
    "api/handlers": ["common", "api/wire", "api/access", "api/export", "api/resources", "api/handlers"],
    "api/commands": ["common", "api/access", "api/resources", "api/commands"],
    "api": ["common", "api"],
    "worker": ["common", "worker"],
    "tests": ["common", "api", "worker", "tests"],
}

# What only some files may know: header (a prefix), where, in how many files at most. tests/bench may measure anything.
CONFINED = [
    ("pistache/", ["common/http/*"], 1),
    ("httplib.h", ["worker/outbound/*"], 1),
    ("curl/", ["api/jwt/*"], 1),
    ("ares.h", ["worker/outbound/*"], 1),
    ("sqlite3.h", ["common/store/sqlite/*", "tests/contract/schema_test.cpp", "tests/contract/cost_test.cpp",
                    "tests/contract/listing_test.cpp", "tests/contract/files/*"], None),
    ("rapidjson/", ["common/json/*"], None),
    ("xlsxwriter.h", ["api/export/*"], 1),
    ("CLI/", ["common/base/*"], None),
    ("toml++/", ["common/base/*"], None),
    ("common/store/sqlite/", ["common/store/*", "tests/*"], None),
]

SLEEPS = (
    r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|\b(time|asyncio)\.sleep\b|\bfrom time import .*\bsleep\b"
    r"|^\s*sleep\s+[\d.$]|\bsetTimeout\(\s*(resolve|done|r)\b"
)
CODE = (".cpp", ".h", ".py", ".sh", ".js", ".mjs", ".css", ".html", ".sql", ".cmake")
LONGEST_FILE = 400
LONG_FILE = 250


def room_of(path):
    return max((room for room in ROOMS if inside(path, room)), key=len, default=None)


def directions(tree):
    found = []
    for include in includes(tree):
        allowed = ROOMS.get(room_of(include.path), [])
        if not include.quoted or include.target in generated_headers(tree):
            continue
        if not any(inside(include.target, room) for room in allowed):
            message = f"{room_of(include.path) or 'a file outside all rooms'} must not include {include.target}"
            found.append(Finding(include.path, include.line, message))
    return found


def generated_headers(tree):
    return {
        f"{name}.h"
        for path, text in tree.items()
        if path.endswith("CMakeLists.txt")
        for name in re.findall(r"^embed_files\(\s*(\w+)", text, re.M)
    }


def own_includes_name_a_file_from_the_root(tree):
    known = tree.keys() | generated_headers(tree)
    return [
        Finding(include.path, include.line, f"no such file from the root: {include.target}")
        for include in includes(tree)
        if include.quoted and include.target not in known
    ]


def confined_headers(tree):
    found = []
    for header, places, limit in CONFINED:
        users = {}
        for include in includes(tree):
            if include.target.startswith(header) and not inside(include.path, "tests/bench"):
                users.setdefault(include.path, include.line)
        for path, line in users.items():
            if not any(fnmatch(path, place) for place in places):
                found.append(Finding(path, line, f"{header} is known only in {', '.join(places)}"))
        if limit is not None and len(users) > limit:
            path, line = max(users.items())
            found.append(Finding(path, line, f"{header} is known to {len(users)} files, {limit} may: {sorted(users)}"))
    return found


def no_include_cycles(tree):
    graph = {}
    for include in includes(tree):
        if include.quoted and include.target in tree:
            graph.setdefault(include.path, []).append(include.target)
    found, done = [], set()

    def visit(path, above):
        if path in above:
            cycle = [*above[above.index(path) :], path]
            found.append(Finding(path, 1, "include cycle: " + " → ".join(cycle)))
        elif path not in done:
            for target in graph.get(path, []):
                visit(target, [*above, path])
            done.add(path)

    for path in sorted(graph):
        visit(path, [])
    return found


def no_sleeps_in_tests(tree):
    message = "tests wait for what they need, they do not sleep"
    return [
        finding
        for path, text in tree.items()
        if inside(path, "tests") and suffix(path) in CODE and not re.match(r"tests/(lint|bench)/", path)
        for finding in matches(path, text, SLEEPS, message)
    ]


def headers_begin_with_pragma_once(tree):
    return [
        Finding(path, 1, "#pragma once is missing")
        for path, text in tree.items()
        if suffix(path) == ".h" and not re.search(r"^#pragma once$", text, re.M)
    ]


def no_using_namespace_in_headers(tree):
    pattern = r"^\s*using namespace (?!std::(chrono_)?(literals|string_view_literals|string_literals))"
    return [
        finding
        for path, text in tree.items()
        if suffix(path) == ".h"
        for finding in matches(path, text, pattern, "using namespace in a header")
    ]


def cmake_names_its_files(tree):
    """No GLOB, and every source file stands in a CMakeLists.txt of its folder or one above it."""
    lists = {
        path: re.sub(r"^add_fuzzer\((\w+)", r"\1/fuzz_\1.cpp", text, flags=re.M)
        for path, text in tree.items()
        if PurePosixPath(path).name == "CMakeLists.txt"
    }
    found = [
        finding
        for path, text in tree.items()
        if path in lists or suffix(path) == ".cmake"
        for finding in matches(path, text, r"^[^#\n]*\bfile\s*\(\s*GLOB", "files are named, not globbed")
    ]
    for path in tree:
        if suffix(path) != ".cpp":
            continue
        for folder in PurePosixPath(path).parents:
            name = re.escape(PurePosixPath(path).relative_to(folder).as_posix())
            if re.search(rf"(?<![\w/.]){name}(?![\w.])", lists.get((folder / "CMakeLists.txt").as_posix(), "")):
                break
        else:
            found.append(Finding(path, 1, "stands in no CMakeLists.txt"))
    return found


def files_stay_short(tree):
    return [
        Finding(path, lines, f"{lines} lines: split it, {LONGEST_FILE} is the most")
        for path, lines in lengths(tree)
        if lines > LONGEST_FILE
    ]


def lengths(tree):
    return sorted((path, text.count("\n")) for path, text in tree.items() if suffix(path) in CODE or path == "dev")


def no_unfinished_business(tree):
    return [
        finding
        for path, text in tree.items()
        if not inside(path, "tests/lint") and not inside(path, "tests/fuzz")
        for finding in matches(path, text, r"\b(TODO|FIXME|XXX)\b", "unfinished: do it, or open an issue")
    ]


def no_paths_of_one_machine(tree):
    pattern = r"(?<![\w.:/}])/(root|home|Users|work|mnt)/"
    return [
        finding
        for path, text in tree.items()
        if not inside(path, "tests/lint") and not inside(path, "tests/fuzz")
        for finding in matches(path, text, pattern, "a path of somebody's machine")
    ]


def text_is_tidy(tree):
    found = []
    for path, text in tree.items():
        if inside(path, "tests/fuzz") or inside(path, "tests/golden") or not (suffix(path) in CODE or path == "dev"):
            continue
        found += matches(path, text, r"[ \t]+$", "space at the end of the line")
        found += matches(path, text, r"\r", "carriage return")
        if text and not text.endswith("\n"):
            found.append(Finding(path, line_of(text, len(text)), "no newline at the end"))
    return found


ALL = [
    directions,
    own_includes_name_a_file_from_the_root,
    confined_headers,
    no_include_cycles,
    no_sleeps_in_tests,
    headers_begin_with_pragma_once,
    no_using_namespace_in_headers,
    cmake_names_its_files,
    files_stay_short,
    no_unfinished_business,
    no_paths_of_one_machine,
    text_is_tidy,
]
