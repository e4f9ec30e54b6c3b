"""Random sequences of operations keep the laws: after each, the warehouse is what the oracle says.

Where repeated readings count, and where they are rejected; where objects are written again after an erasure.
Law 5 by killing an operation at one of its commits and repeating it, law 8 by a change of rules and reprocessing, law 1
by a last run that writes nothing. Objects are dirty, repeated, corrected and broken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration import s3_servers
from tests.integration.compared import RULES
from tests.integration.deliveries import BASE
from tests.integration.helpers import Site, copy_site, make_site
from tests.integration.operations import Pair
from tests.oracle.operations import Model

# A fixed seed: what passes today passes tomorrow. Shrinking would take hours.
STEADY = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# A transformation takes 10-20 s, and so does ``retain``, which has one.
QUICK = (
    ["load"] * 6
    + ["release"] * 4
    + ["reprocess", "forget"] * 2
    + ["change_rules", "discard", "retire_superseded", "retire_quarantine"]
)
Step = tuple[str, int, bool]
STEPS = st.tuples(st.sampled_from(QUICK), st.integers(0, 1 << 30), st.integers(0, 3).map(lambda n: n == 0))
SLOW = st.tuples(st.sampled_from(["transform", "retain"]), st.integers(0, 1 << 30), st.just(False))
LONG_EXAMPLES = int(os.environ.get("CEREBRO_TEST_SEQUENCES", "100"))


@pytest.fixture(
    scope="module",
    params=["counted", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("rejected", "rewritten"))],
)
def origin(request: pytest.FixtureRequest, services: dict[str, str], moto: str) -> Iterator[Site]:
    """A warehouse that has its tables already, with enough in them that later data are few beside it.

    Repeated readings count, or are rejected, or objects are written again without a hero who is forgotten: in moto,
    which keeps the condition of a write.
    """
    is_in_moto = request.param == "rewritten"
    site = make_site(services | (s3_servers.moto_environment(moto) if is_in_moto else {}))
    if request.param == "rejected":
        site.zone_fields = {"overlap": "reject"}
    site.put("biometrics/base.parquet", BASE)
    site.restore()
    yield site
    site.drop()


@pytest.fixture
def pair(request: pytest.FixtureRequest, origin: Site) -> Iterator[Callable[[], Pair]]:
    """A function that returns a new site with its model."""
    made: list[Site] = []
    kind = request.node.callspec.params["origin"]

    def new() -> Pair:
        while made:
            made.pop().drop()
        made.append(copy_site(origin))
        model = Model(RULES, overlap="reject" if kind == "rejected" else "count")
        pair = Pair(made[-1], model, seconds=3 if kind == "rejected" else 60, erases_landing=kind == "rewritten")
        pair.model.deliver("biometrics/base.parquet", BASE)
        pair.model.load()
        return pair

    yield new
    for site in made:
        site.drop()


def run(pair: Pair, steps: list[Step]) -> None:
    try:
        for name, seed, is_killed in steps:
            pair.do(name, seed, is_killed=is_killed)
        pair.finish()
    except BaseException as error:
        # hypothesis prints the steps; what they were is in the log.
        error.add_note("\n".join(pair.log) + f"\n{steps}")
        raise


# Every operation at least once, some of them killed. The seeds are such that releases find readings and records.
EVERY = [
    ("load", 381, False), ("load", 392, True), ("release", 325, False), ("transform", 0, False), ("load", 248, False),
    ("release", 280, True), ("change_rules", 0, False), ("reprocess", 298, True), ("release", 481, False),
    ("discard", 1, False), ("forget", 413, True), ("load", 75, False), ("retain", 115, False), ("release", 386, False),
    ("forget", 841, False), ("retire_superseded", 0, False), ("retire_quarantine", 0, True), ("load", 265, False),
]  # fmt: skip


def test_every_operation_keeps_the_laws(pair: Callable[[], Pair]) -> None:
    run(pair(), EVERY)


@pytest.mark.long
@settings(STEADY, max_examples=LONG_EXAMPLES)
@given(first=st.lists(STEPS, min_size=3, max_size=10), slow=SLOW, second=st.lists(STEPS, min_size=3, max_size=10))
def test_long_sequences_keep_the_laws(
    pair: Callable[[], Pair], first: list[Step], slow: Step, second: list[Step]
) -> None:
    run(pair(), [*first, slow, *second])
