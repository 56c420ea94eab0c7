"""What goes on, as people at a terminal see it."""

from contextlib import redirect_stderr

import pytest

from pipeline_exec.cli.progress import counting, waiting
from pipeline_exec_tests.cli.conftest import Terminal

NAME = "orders [/2024].csv"
"""Not what rich takes for the end of a style."""


def test_rows_are_counted_beside_the_name_of_their_file():
    with redirect_stderr(Terminal()) as terminal, counting(NAME) as count:
        count(1_200_000)
    assert NAME in terminal.getvalue()
    assert "1,200,000 rows" in terminal.getvalue()


def test_nothing_is_shown_where_something_else_is_written():
    with redirect_stderr(Terminal()) as terminal, counting(NAME, is_shown=False) as count:
        count(1)
    assert terminal.getvalue() == ""


def test_that_something_goes_on_is_shown_with_what():
    with redirect_stderr(Terminal()) as terminal, waiting(NAME):
        pass
    assert NAME in terminal.getvalue()


@pytest.mark.parametrize("shown", [counting, waiting])
def test_where_nobody_looks_nothing_is_shown(shown, capsys):
    with shown(NAME):
        pass
    assert capsys.readouterr() == ("", "")
