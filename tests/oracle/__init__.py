"""The expected content of the warehouse, calculated independently: slowly, plainly, without the project's code.

Written from docs/reference and docs/explanation/identity.md, not from the code. ``calculate`` takes the landing zone's
objects in the order of their delivery and returns the expected marts and analytics.
"""

from tests.oracle.calculate import Expected, calculate
from tests.oracle.landing import BrokenObjectError

__all__ = ["BrokenObjectError", "Expected", "calculate"]
