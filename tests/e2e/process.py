"""One of the two executables as a child process, its log read line by line as it comes."""

import atexit
import re
import shlex
import signal
import subprocess
import threading
import time

from waiting import PATIENCE

FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
SANITIZER = re.compile(r"(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error:")

_running = set()


@atexit.register
def _leave_nothing_behind():
    for process in list(_running):
        process.kill()


class Process:
    def __init__(self, name, command, environment):
        self.name = name
        self.command = [str(part) for part in command]
        self._environment = environment
        self._popen = None
        self._reader = None
        self._lines = []
        self._start_of_this_run = 0
        self._changed = threading.Condition()

    def start(self):
        assert not self.running, f"{self.name} runs already"
        self._start_of_this_run = len(self._lines)
        self._popen = subprocess.Popen(
            self.command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        _running.add(self._popen)
        self._reader = threading.Thread(target=self._read, args=(self._popen.stderr,), daemon=True)
        self._reader.start()

    def _read(self, stream):
        for line in stream:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def pid(self):
        return self._popen.pid

    @property
    def running(self):
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self):
        return self._popen.pid

    @property
    def log(self):
        with self._changed:
            return list(self._lines)

    def wait_for_log(self, event, within=PATIENCE):
        """The fields of this run's first line of that event. Fails at once when the process ends without it."""
        pattern = re.compile(rf"\b(info|warn|error|debug) {re.escape(event)}\b")
        until = time.monotonic() + within
        with self._changed:
            while True:
                for line in self._lines[self._start_of_this_run :]:
                    if pattern.search(line):
                        return {key: value.strip('"') for key, value in FIELD.findall(line)}
                ended = not self._reader.is_alive()
                assert not ended, f"{self.name} ended without saying {event}\n{self.report()}"
                left = until - time.monotonic()
                assert left > 0, f"{self.name} did not say {event} within {within:g} s\n{self.report()}"
                self._changed.wait(min(left, 0.5))

    def kill9(self):
        self._popen.kill()
        self._wait_for_end()

    def signal_stop(self):
        self._popen.send_signal(signal.SIGTERM)

    def wait_stopped(self, within=PATIENCE):
        """Waits for the end that a signal asked for; it must be a clean one."""
        try:
            self._popen.wait(within)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._wait_for_end()
            raise AssertionError(f"{self.name} did not stop within {within:g} s\n{self.report()}") from None
        code = self._wait_for_end()
        assert code == 0, f"{self.name} ended with {code}\n{self.report()}"

    def stop(self):
        if self.running:
            self.signal_stop()
        if self._popen in _running:
            self.wait_stopped()

    def _wait_for_end(self):
        code = self._popen.wait()
        self._reader.join()
        self._popen.stderr.close()
        _running.discard(self._popen)
        return code

    def sanitizer_report(self):
        return [line for line in self.log if SANITIZER.search(line)]

    def report(self):
        return "\n".join([f"--- {self.name}: {shlex.join(self.command)}", *self._lines, f"--- end of {self.name}"])
