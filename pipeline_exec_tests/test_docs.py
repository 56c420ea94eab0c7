"""Documentation that cannot rot: reference pages equal the code, links lead somewhere, every noun is explained."""

import re
from pathlib import Path

import pytest

from docs.generate import FOLDER, pages

PROJECT = Path(__file__).parents[1]
PAGES = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), *PROJECT.glob("examples/*.md")]


@pytest.mark.parametrize("name", pages())
def test_a_reference_page_says_what_the_code_says(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
