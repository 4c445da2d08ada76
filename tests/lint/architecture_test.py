"""Holds the repository to its rules (rules.py)."""

import warnings

import pytest

import rules
from tree import read_tree


@pytest.fixture(scope="module")
def tree():
    return read_tree()


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.__name__)
def test_the_repository_keeps(rule, tree):
    found = rule(tree)
    assert not found, "\n" + "\n".join(map(str, found))


def test_long_files_are_known(tree):
    """Never fails: it shows which files are on their way to being too long."""
    long = [f"{path}: {lines} lines" for path, lines in rules.lengths(tree) if lines > rules.LONG_FILE]
    if long:
        warnings.warn("worth splitting: " + ", ".join(long), stacklevel=1)
