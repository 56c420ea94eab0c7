"""Modules: short, named for what they hold, explained, and honest about what they silence."""

import ast
import re

from pipeline_exec_tests.architecture.modules import MODULES, lines, name, tree

MOST_LINES = 350
NOBODYS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "tools", "manager"}
SILENCERS = re.compile(r"#\s*(noqa|type:\s*ignore)\b")
REASONED = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?)\s+(?:#|-)\s*\w")


def test_a_module_is_not_longer_than_a_person_reads():
    assert [name(path) for path in MODULES if len(lines(path)) > MOST_LINES] == []


def test_a_module_has_a_name_that_says_something():
    assert [name(path) for path in MODULES if NOBODYS & {part.removesuffix(".py") for part in path.parts}] == []


def test_a_module_says_what_it_is_for():
    assert [name(path) for path in MODULES if tree(path).body and not ast.get_docstring(tree(path))] == []


def test_what_is_silenced_is_silenced_for_a_reason():
    silenced = [(name(path), line.strip()) for path in MODULES for line in lines(path) if SILENCERS.search(line)]

    assert [(module, line) for module, line in silenced if not REASONED.search(line)] == []
