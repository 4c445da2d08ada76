"""What `./dev test` runs: stage after stage, each built first, all counted, one line of result at the end."""

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
PROGRAMS = ["webhooks-api", "webhooks-worker", "edge_server"]  # all that tests/e2e starts
SANITIZERS = {
    # A small quarantine: some stories watch that memory stays flat, and what is freed must not count.
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:quarantine_size_mb=16",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": f"second_deadlock_stack=1:suppressions={ROOT}/tests/support/tsan.supp",
}


class Count:
    def __init__(self, passed=0, failed=0):
        self.passed, self.failed = passed, failed

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


def build(preset, *targets):
    """Counts only a failure: what does not compile has no tests to count."""
    done = subprocess.run([ROOT / "dev", "build", preset, *targets])
    return Count(failed=1 if done.returncode else 0)


def after(built, run):
    return built if built.failed else run()


def ctest(preset, *arguments):
    """Counts Catch2's test cases, not the programs that hold them; a program that crashed counts as one failure."""
    log = BUILD / preset / "Testing" / "Temporary" / "LastTest.log"
    log.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", BUILD / preset, "--output-on-failure", "--no-tests=error", "--timeout", "600"]
    done = subprocess.run([*command, "--parallel", str(os.cpu_count()), *arguments])
    count = count_cases(log.read_text(errors="replace") if log.exists() else "")
    if done.returncode and not count.failed:
        count.failed = 1
    return count


def count_cases(log):
    count = Count()
    for program in re.split(r"^\d+/\d+ Testing: ", log, flags=re.M)[1:]:
        passed = failed = 0
        if whole := re.search(r"^All tests passed \(.* in (\d+) test cases?\)$", program, re.M):
            passed = int(whole.group(1))
        elif mixed := re.search(r"^test cases: +(\d+) \|(.*)$", program, re.M):
            numbers = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed)\b", mixed.group(2))}
            passed, failed = numbers.get("passed", 0), numbers.get("failed", 0)
        if re.search(r"^Test (Failed|timeout)|^Test .*Exception", program, re.M | re.I) and not failed:
            failed = 1
        count += Count(passed, failed)
    return count


def pytest(name, *arguments):
    report = BUILD / "reports" / f"{name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "tests" / "pytest.ini", f"--junit-xml={report}"]
    done = subprocess.run([*command, "-q", *arguments], cwd=ROOT)
    if not report.exists():
        return Count(failed=1)
    suites = ElementTree.parse(report).getroot().findall("testsuite")
    total, failed, skipped = (
        sum(int(suite.get(key)) for suite in suites for key in keys)
        for keys in (["tests"], ["failures", "errors"], ["skipped"])
    )
    if done.returncode and not failed:
        failed = 1
    return Count(max(total - failed - skipped, 0), failed)


def end_to_end(name, preset, *arguments):
    return pytest(name, f"--bin-dir={BUILD / preset / 'bin'}", "tests/e2e", *arguments)


def tidy():
    done = subprocess.run([sys.executable, "tests/lint/tidy.py"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    result = re.search(r"^(\d+) passed, (\d+) failed$", done.stdout, re.M)
    return Count(*map(int, result.groups())) if result else Count(failed=1)


def lint(*arguments):
    rules = pytest("lint", "tests/lint", "tests/contract", "tests/support", *arguments)
    return rules + after(build("dev"), tidy)


def unit(*arguments):
    return after(build("dev"), lambda: ctest("dev", *arguments))


def e2e(*arguments):
    return after(build("release", *PROGRAMS), lambda: end_to_end("e2e", "release", *arguments))


def node_tests():
    command = ["node", "--test", "--test-reporter=tap", *sorted((ROOT / "tests/browser/unit").glob("*.test.js"))]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    passed, failed = (int(re.search(rf"^# {word} (\d+)$", done.stdout, re.M)[1]) for word in ("pass", "fail"))
    if done.returncode:
        print(done.stdout, flush=True)
    return Count(passed, failed or (1 if done.returncode else 0))


def browser(*arguments):
    """The portal page: its pure parts alone, then all of it in Chromium."""
    suites = Count() if arguments else node_tests()
    return suites + after(build("release", *PROGRAMS), lambda: pytest("browser", "tests/browser", *arguments))


def containers(*arguments):
    """The images in root file systems of their own, and the package, installed in one."""

    def run():
        made = subprocess.run([sys.executable, "tests/containers/rootfs.py"], cwd=ROOT)
        return Count(failed=1) if made.returncode else pytest("containers", "tests/containers", *arguments)

    return after(build("release", *PROGRAMS), run)


def asan(*arguments):
    """Everything again under AddressSanitizer and UndefinedBehaviorSanitizer; with arguments the stories alone."""
    built = build("asan")
    if built.failed:
        return built
    suites = Count() if arguments else ctest("asan")
    return suites + end_to_end("e2e-asan", "asan", *arguments)


def tsan(*arguments):
    """The suites that CMake calls CONCURRENT: the others have one thread."""
    return after(build("tsan", "concurrent_suites"), lambda: ctest("tsan", "-L", "concurrent", *arguments))


STAGES = {stage.__name__: stage for stage in (lint, unit, e2e, browser, containers, asan, tsan)}


def main(arguments):
    chosen = arguments[:1] or list(STAGES)
    if chosen[0] not in STAGES:
        print(f"./dev: no such stage: {chosen[0]}; there are {', '.join(STAGES)}", file=sys.stderr)
        return 2
    for name, value in SANITIZERS.items():
        os.environ.setdefault(name, value)
    total, lines = Count(), []
    for name in chosen:
        began = time.monotonic()
        count = STAGES[name](*arguments[1:])
        total += count
        lines.append(f"{name:>10}  {time.monotonic() - began:6.0f} s  {count}")
        print(f"\n{lines[-1]}\n", flush=True)
    print("\n".join(lines))
    print(total, flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
