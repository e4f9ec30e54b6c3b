"""The documentation: no broken link, every page reachable, every path there, every figure that of the benchmarks."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
INDEX = DOCS / "README.md"
BENCHMARKS = DOCS / "benchmarks.md"
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted(DOCS.rglob("*.md")),
]
# They state what was true at their date.
DATED = [REPOSITORY / "CHANGELOG.md", *sorted((DOCS / "decisions").glob("0*.md"))]
CODE = ("dags", "include", "plugins", "bench", "local", "deploy", "tests", ".github", ".ci")

# Messages of our own by which a reader finds the page.
QUOTED = {
    "how-to/a-model-is-red.md": ["is built, but its tests failed", "dbt finished without building"],
    "how-to/answer-an-alert.md": [
        "is red: ",
        "is green again",
        "is late: ",
        "Nothing new has come",
        "New objects come again",
        "Too many rows were rejected",
        "Objects are not recognised",
        "Columns have changed",
        "Every object is recognised again",
    ],
    "how-to/common-problems.md": [
        "Python 3.11 or 3.12 is needed",
        "finds no extension in the package",
        "it was probably made by another user",
    ],
    "how-to/the-disk-is-full.md": ["The load needs more than its memory"],
    "how-to/the-run-is-red-in-check-objects.md": [
        "objects could not be loaded; everything else was loaded and transformed.",
        "it is not a Parquet file: it begins with",
    ],
    "how-to/the-run-is-red-in-reconcile.md": ["readings came in, but marts.fact_biometrics holds"],
    "how-to/the-store-is-down.md": ["there is no bucket", "has no keys", "though boto3 can"],
    "how-to/the-warehouse-is-down.md": ["needs a host"],
    "reference/page.md": [
        "Every reading that came in is accounted for",
        "The tables are not there yet",
        "The warehouse does not answer",
        "Airflow has no connection 'warehouse'",
    ],
}

FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
FIGURE = re.compile(r"(?<![\w.,])\d[\d,.]* (?:s|ms|MB|MiB|GB|GiB|times)\b")


def by_name(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[tuple[Path, str]]:
    """The page's links to files of the repository, each as file and anchor."""
    found = []
    for target in LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = unquote(target).partition("#")
            found.append(((page.parent / path).resolve() if path else page, anchor))
    return found


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of the page's headings."""
    slugs: set[str] = set()
    for heading in re.findall(r"^#+ (.+?)\s*$", prose(page), re.MULTILINE):
        text = LINK.sub(lambda link: link[0][1 : link[0].index("]")], heading)
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        copies = sum(known == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", known) is not None for known in slugs)
        slugs.add(f"{slug}-{copies}" if copies else slug)
    return slugs


def section(page: Path, anchor: str) -> str:
    """The text under the heading with this anchor."""
    for part in re.split(r"^(?=## )", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
        heading = part.partition("\n")[0].removeprefix("## ")
        if re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") == anchor:
            return part
    raise AssertionError(f"{by_name(page)} has no section #{anchor}")


def rows_of(text: str) -> list[str]:
    """The rows of the tables in the text, without their headers."""
    return re.findall(r"^\|(?!.*\n\|--)(?!--).+$", text, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_no_link_is_broken(page: Path) -> None:
    broken = [
        f"{target}#{anchor}"
        for target, anchor in links(page)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert not broken


def test_every_page_is_reachable_from_the_index() -> None:
    reached, waiting = {INDEX}, [INDEX]
    while waiting:
        for target, _ in links(waiting.pop()):
            if target.suffix == ".md" and target not in reached and target.exists():
                reached.add(target)
                waiting.append(target)
    assert set(DOCS.rglob("*.md")) - reached == set()


def test_the_index_of_decisions_has_every_record() -> None:
    for record in sorted((DOCS / "decisions").glob("0*.md")):
        text = record.read_text(encoding="utf-8")
        number, title = re.findall(r"^# (\d{4})[.:] (.+)$", text, re.MULTILINE)[0]
        date, status = (re.findall(rf"^- {name}: ([^;\n]+)", text, re.MULTILINE)[0] for name in ("Date", "Status"))
        assert record.name.startswith(f"{number}-")
        assert f"| [{number}]({record.name}) | {title} | {date} | {status} |" in prose(record.parent / "README.md")


@pytest.mark.parametrize("page", [page for page in PAGES if page not in DATED], ids=by_name)
def test_every_path_in_the_text_is_there(page: Path) -> None:
    paths = re.findall(rf"`((?:{'|'.join(map(re.escape, CODE))})/[\w./-]*)`", prose(page))
    # They need not exist.
    made = ("include/dbt/target/", "include/landing_zones.yaml")
    assert [path for path in paths if not path.startswith(made) and not (REPOSITORY / path).exists()] == []


def test_every_page_that_the_project_mentions_exists() -> None:
    files = [path for folder in CODE for path in (REPOSITORY / folder).rglob("*") if "target" not in path.parts]
    files += [path for path in REPOSITORY.iterdir() if path.is_file()]
    missing = {}
    for path in files:
        if path.is_file() and path.suffix not in (".pyc", ".parquet", ".png") and path not in DATED:
            mentioned = re.findall(r"docs/[\w/-]+\.md", path.read_text(encoding="utf-8", errors="replace"))
            gone = {name for name in mentioned if not (REPOSITORY / name).exists()}
            if gone:
                missing[by_name(path)] = gone
    assert missing == {}


@cache
def code() -> str:
    """All of the code that has messages; strings that Python joins are one."""
    kinds = ("include/**/*.py", "include/**/*.sql", "local/**/*.py", "Makefile")
    files = [path for kind in kinds for path in sorted(REPOSITORY.glob(kind))]
    return re.sub(r'"\s*f?"', "", "\n".join(path.read_text(encoding="utf-8") for path in files))


def test_the_errors_and_reasons_of_the_reference_are_those_of_the_code() -> None:
    page = DOCS / "reference" / "landing-zone.md"
    errors = [row.split(" | ")[0].strip("| ") for row in rows_of(section(page, "errors-of-a-failed-object"))]
    fragments = [fragment.strip() for error in errors for fragment in error.split("…")]
    reasons = [row.split("`")[1] for row in rows_of(section(page, "reasons-of-a-rejection"))]
    assert errors
    assert reasons
    messages = code()
    assert [quoted for quoted in (*fragments, *reasons) if quoted not in messages] == []


@pytest.mark.parametrize("page", QUOTED)
def test_the_messages_that_runbooks_quote_are_those_of_the_code(page: str) -> None:
    text, messages = (DOCS / page).read_text(encoding="utf-8"), code()
    assert [quoted for quoted in QUOTED[page] if quoted not in text or quoted not in messages] == []


def test_the_readme_is_short() -> None:
    assert 80 <= len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", [page for page in PAGES if page not in (*DATED, BENCHMARKS)], ids=by_name)
def test_a_line_that_refers_to_a_benchmark_quotes_it(page: Path) -> None:
    """Every number on such a line is a number of the section that the line links to."""
    for line in prose(page).splitlines():
        for target, anchor in re.findall(r"\(([\w./-]*benchmarks\.md)#([\w-]+)\)", line):
            assert (page.parent / target).resolve() == BENCHMARKS
            figures = NUMBER.findall(LINK.sub(lambda link: link[0].partition("](")[0], line))
            measured = NUMBER.findall(section(BENCHMARKS, anchor))
            assert [figure for figure in figures if figure not in measured] == [], line


def test_the_readme_quotes_no_other_figures() -> None:
    lines = [line for line in prose(REPOSITORY / "README.md").splitlines() if "benchmarks.md#" not in line]
    assert FIGURE.findall("\n".join(lines)) == []
