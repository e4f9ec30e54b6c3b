"""Helpers that tests and benchmark share: services, and landing zones and warehouses that are used once and removed.

The product and the local stack may not import it. A helper of only the tests, or only the benchmark, lives with them.
"""
