"""Waiting for what another process does. The only place in the tests that lets time pass."""

import threading
import time

# Generous, because it is only ever used up by a failure: sanitizers and busy machines are slow.
PATIENCE = 60.0
STEP = 0.01


def eventually(probe, what, within=PATIENCE):
    """Returns the first truthy value of `probe()`; fails, naming `what` and the last value, after `within` seconds."""
    until = time.monotonic() + within
    nothing_sets_it = threading.Event()
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() >= until:
            raise AssertionError(f"not within {within:g} s: {what}; at last: {value!r}")
        nothing_sets_it.wait(STEP)
