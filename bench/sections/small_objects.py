"""The same readings in many small objects and in a few larger ones, from a store beside us and from one far away."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from bench.candidates import Candidate, Restored, restore_biometrics
from bench.context import Bench
from bench.report import Section, at_most
from bench.slow_network import Link, Network, links
from testing.sites import Site

NAME = "small_objects"
TITLE = "Many small objects"

READINGS_EACH = 2_000
FEW = 10
NEAR, AWAY = "beside us", "20 ms away"
# Wide enough that only the way is long.
DISTANCE = Network(delay_s=0.01, bytes_per_s=1e9)

TEXT = """
A load of {readings:,} readings, from the listing to the committed rows. Small objects are prefetched: one request
each, many at a time. They stay in memory until they are loaded, at most 192 MiB of them. A proxy holds back what goes
to and comes from a store *{away}*, 10 ms each way. *Services* is the processor time of PostgreSQL and of the object
store together.
"""


def run(bench: Bench) -> Section:
    """Load the same readings from many objects and from ten, near and far."""
    many = bench.scale.small_objects
    readings = many * READINGS_EACH
    zones = {objects: bench.landing_zone(readings, objects) for objects in (many, FEW)}
    with bench.site() as site:
        address = urlsplit(site.store.endpoint_url)
    link = Link(str(address.hostname), int(address.port or 80), DISTANCE)
    with links(link):
        candidates: dict[str, Candidate] = {f"{n:,}, {NEAR}": partial(restore_biometrics, zones[n]) for n in zones}
        candidates |= {f"{n:,}, {AWAY}": partial(restore_through, link.port, zones[n]) for n in zones}
        samples = bench.compare(candidates, prepare=bench.site)
    seconds = {name: sample.median() for name, sample in samples.items()}
    peak = max(peak for sample in samples.values() for peak in sample.values("peak_mib"))
    return Section(
        NAME,
        TITLE,
        TEXT.format(readings=readings, away=AWAY),
        ("objects", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (name, s.text(), s.text("cpu_s"), s.text("services_cpu_s"), s.text("peak_mib", 0))
            for name, s in samples.items()
        ],
        [
            *(
                at_most(
                    f"{many:,} objects against {FEW}, {where}: wall time",
                    seconds[f"{many:,}, {where}"] / seconds[f"{FEW:,}, {where}"], limit, " times", 2,
                )
                for where, limit in ((NEAR, 2.5), (AWAY, 3))
            ),
            at_most(f"peak memory with {many:,} objects", peak, 1024, " MiB", 0),
        ],
    )  # fmt: skip


def restore_through(port: int, bucket: str, site: Site) -> Restored:
    """Load a bucket through a port of this machine that leads to the object store."""
    return restore_biometrics(bucket, replace(site, store=replace(site.store, endpoint_url=f"http://127.0.0.1:{port}")))
