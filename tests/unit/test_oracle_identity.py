"""The oracle's own rules on cases calculated by hand, from docs/explanation/identity.md."""

import pytest

from tests.oracle.identity import best_spelling, hero_key, is_readable, readable


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("Spider-Man", "spiderman"),
        ("spiderman", "spiderman"),
        ("SPIDER_MAN", "spiderman"),
        ("Spider Man", "spiderman"),
        ("T'Challa", "tchalla"),
        ("T’Challa", "tchalla"),
        ("Dr. Strange", "drstrange"),
        ("1-1", "1-1"),
        ("11", "11"),
        ("1--1", "1--1"),
        ("x-1", "x1"),
        ("1-x", "1x"),
        ("hero-0011", "hero0011"),
        ("-1", "-1"),
        (".5", ".5"),
        ("-.5", "-.5"),
        ("-1.5", "-1.5"),
        ("1.", "1"),
        ("-1.", "-1"),
        ("1E-5", "1e-5"),
        ("-1e5", "-1e5"),
        ("--1", "1"),
        ("_1", "1"),
        ("-1-", "1"),
        ("- 1", "1"),
        ("-1x", "1x"),
        ("x-1.5", "x1.5"),
        ("-", "-"),
        ("...", "..."),
        ("Ödland", "ödland"),
    ],
)
def test_hero_key(spelling: str, key: str) -> None:
    assert hero_key(spelling) == key


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("Hulk", True),
        ("HULK", False),
        ("hulk", False),
        ("2nd Wave", True),
        ("3d", False),
        ("the Hulk", False),
    ],
)
def test_readable_needs_a_good_start_and_both_cases(spelling: str, expected: bool) -> None:
    assert is_readable(spelling) is expected


def test_a_spelling_of_the_hero_files_is_preferred_to_a_readable_one() -> None:
    assert best_spelling({"Spider-Man", "spiderman"}, preferred={"spiderman"}) == "spiderman"


def test_readable_comes_before_separators_and_separators_before_the_alphabet() -> None:
    assert best_spelling({"SPIDER-MAN-", "Spiderman"}) == "Spiderman"
    assert best_spelling({"Antman", "Zebra", "Spider-Man"}) == "Spider-Man"
    assert best_spelling({"bb", "aa"}) == "aa"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("HULK", "Hulk"),
        ("the hulk", "The Hulk"),
        ("Spider-Man", "Spider-Man"),
        ("spider-man", "Spider-Man"),
        ("t'challa", "T'challa"),
        ("McCoy", "McCoy"),
        ("iron_man", "Iron_Man"),
        ("3d man", "3d Man"),
    ],
)
def test_readable_name(spelling: str, name: str) -> None:
    assert readable(spelling) == name
