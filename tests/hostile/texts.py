"""Hero files and mission logs at random, in odd encodings, dialects, arrangements and words."""

from __future__ import annotations

import gzip
import json
from typing import Any

from hypothesis import strategies as st

ODD_TEXT = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", " ", "null", "N/A", "\\N", "_", "1.0", "-", "\u200b", "\u00a0x\u00a0", "\0", "x" * 201, "y" * 10_000, '"',
         "a,b", "a;b", "a\nb", "'", "hulk", "Müller", "“x”", "1e308", "=1+1"]
    ),
)  # fmt: skip
IDS = st.one_of(ODD_TEXT, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none(), st.booleans())
INSTANTS = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(
        ["2025-01-01T10:00Z", "20250101T100000Z", "2025-01-01 24:00:00", "epoch", "1735689600000", "0001-01-01",
         "9999-12-31T23:59:59-12:00", "2025-01-01T10:00:00,5Z", "20230808120000Z"]
    ),
    IDS,
)  # fmt: skip
DAMAGE = st.one_of(
    st.integers(), st.floats(allow_nan=False, allow_infinity=False), ODD_TEXT, st.sampled_from(["$12,500", "12,5"])
)
CREWS = st.one_of(
    st.lists(IDS, max_size=3),
    st.lists(st.fixed_dictionaries({"hero_id": IDS}), max_size=2),
    ODD_TEXT,
    st.sampled_from(
        [
            "hulk,thor",
            "['hulk', 'thor']",
            "[hulk]",
            "{a,b}",
            "{{}}",
            "{['hulk']}",
            "{1: 'hulk'}",
            "[{1: 2}]",
            "(1, 2.5)",
            "[('hulk',)]",
            "[b'hulk']",
            "{'hero_id': 'hulk'}",
            "[1j]",
        ]
    ),
    st.none(),
    st.dictionaries(ODD_TEXT, IDS, max_size=2),
)


def spelled(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


@st.composite
def missions(draw: st.DrawFn) -> dict[str, Any]:
    return {
        draw(spelled("mission_id", "mission_id", "missionId", "Mission_ID")): draw(st.one_of(st.just("m1"), IDS)),
        draw(spelled("hero_ids", "heroIds")): draw(CREWS),
        draw(spelled("timestamp", "TimeStamp")): draw(st.one_of(st.just("2025-01-01T10:00:00Z"), INSTANTS)),
        "outcome": draw(ODD_TEXT),
        "damage_report": draw(
            st.one_of(st.fixed_dictionaries({"structural_damage": DAMAGE}), st.none(), ODD_TEXT, st.just({}))
        ),
    } | draw(st.dictionaries(ODD_TEXT, IDS, max_size=2))


def arranged(texts: list[str], arrangement: str) -> str:
    return {
        "array": f"[{', '.join(texts)}]",
        "array over lines": "[\n  " + ",\n  ".join(texts) + "\n]\n",
        "lines": "\n".join(texts) + "\n",
        "lines with commas": ",\n".join(texts) + ",\n",
        "without breaks": "".join(texts),
        "wrapped": f'{{"meta": 1, "missions": [{", ".join(texts)}]}}',
    }[arrangement]


@st.composite
def mission_files(draw: st.DrawFn) -> bytes:
    texts = [
        json.dumps(mission, ensure_ascii=draw(st.booleans())) for mission in draw(st.lists(missions(), max_size=5))
    ]
    arrangement = draw(spelled("array", "array over lines", "lines", "lines with commas", "without breaks", "wrapped"))
    if arrangement in ("array over lines", "lines") and texts and draw(st.booleans()):
        texts.insert(
            draw(st.integers(0, len(texts) - 1)), draw(spelled('{"a": "x}', '{"a": 1', '{"a":]}', '{"a": "\t"}'))
        )
    return encoded(draw, arranged(texts, arrangement))


@st.composite
def hero_files(draw: st.DrawFn) -> bytes:
    delimiter = draw(spelled(",", ";", "\t", "|"))
    header = draw(st.permutations(["hero_id", "name", "alter_ego", "first_appearance"]))
    if draw(st.booleans()):
        header = [name.upper() for name in header]
    lines = [delimiter.join(header) + draw(spelled("", delimiter))]
    for values in draw(st.lists(st.lists(ODD_TEXT, min_size=3, max_size=6), max_size=6)):
        quote = draw(spelled("all", "none", "badly"))
        lines.append(delimiter.join(
            '"' + value.replace('"', '""') + '"' if quote == "all" else '"' + value if quote == "badly" else value
            for value in values
        ))  # fmt: skip
    return encoded(draw, draw(spelled("", "\n", f"sep={delimiter}\n")) + draw(spelled("\n", "\r\n")).join(lines))


def encoded(draw: st.DrawFn, text: str) -> bytes:
    encoding = draw(spelled("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"))
    body = text.encode(encoding, "replace" if encoding == "cp1252" else "surrogatepass")
    return gzip.compress(body, mtime=0) if draw(st.integers(0, 5)) == 0 else body
