"""The counting of `./dev test` is worth nothing if it can miss a failure."""

from stages import count_cases

PASSED = """1/3 Testing: unit_base
===============================================================================
All tests passed (41 assertions in 12 test cases)

Test Passed.
"""
ONE = """2/3 Testing: unit_one
All tests passed (1 assertion in 1 test case)
Test Passed.
"""
MIXED = """2/3 Testing: contract_store
test cases:  9 |  7 passed | 2 failed
assertions: 90 | 88 passed | 2 failed
Test Failed.
"""
ALL_FAILED = """2/3 Testing: contract_store
test cases: 2 | 2 failed
Test Failed.
"""
CRASHED = """3/3 Testing: unit_http
AddressSanitizer: heap-use-after-free
Test Failed.
"""
LEAKED = """3/3 Testing: unit_http
All tests passed (3 assertions in 2 test cases)
LeakSanitizer: detected memory leaks
Test Failed.
"""


def counted(log):
    return str(count_cases("Start testing\n" + log))


def test_cases_are_counted_over_programs():
    assert counted(PASSED + ONE) == "13 passed, 0 failed"


def test_failures_are_counted():
    assert counted(PASSED + MIXED) == "19 passed, 2 failed"
    assert counted(ALL_FAILED) == "0 passed, 2 failed"


def test_a_program_that_crashed_or_leaked_is_a_failure():
    assert counted(PASSED + CRASHED) == "12 passed, 1 failed"
    assert counted(LEAKED) == "2 passed, 1 failed"
