"""Tests of how small objects are divided among connections."""

import pytest

from include.cerebro.landing.prefetch import OBJECTS_PER_QUERY, shares


@pytest.mark.parametrize("connections", [1, 8, 16, 32])
@pytest.mark.parametrize("objects", [0, 1, 7, 32, 33, 500, 2_000])
def test_all_connections_are_busy_until_the_end(objects: int, connections: int) -> None:
    urls = [f"s3://bucket/{number}" for number in range(objects)]
    divided = shares(urls, connections)
    assert [url for share in divided for url in share] == urls
    assert all(len(share) <= OBJECTS_PER_QUERY for share in divided)
    assert len({len(share) for share in divided[:-1]}) <= 1, "all but the last are equal"
    longest = sum(len(share) for share in divided[::connections])
    assert longest <= objects / connections + len(divided) / connections + 1
