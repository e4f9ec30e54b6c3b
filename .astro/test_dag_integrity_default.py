"""Every DAG file can be read. `astro dev parse` runs this in the image.

It replaces the Astro CLI's own test, which fails with Airflow 3.3 (`DagBag(include_examples=...)` is gone). It mocks
nothing, because no file reads a connection or a variable at the top level.
"""

import pytest
from airflow.configuration import conf
from airflow.dag_processing.dagbag import DagBag

EXPECTED = {"cerebro_sample_data", "cerebro_restore"}


@pytest.fixture(scope="module")
def dag_bag() -> DagBag:
    """All files of the DAGs folder, as Airflow reads them."""
    return DagBag(dag_folder=conf.get("core", "dags_folder"))


def test_no_file_has_import_errors(dag_bag: DagBag) -> None:
    """Each error names its file."""
    assert dag_bag.import_errors == {}


def test_the_dags_are_there(dag_bag: DagBag) -> None:
    """An empty folder would have no import errors either."""
    assert set(dag_bag.dags) >= EXPECTED
