"""What the tests and the benchmark share: services, landing zones and warehouses that are used once and removed.

The product and the local stack may not import it; what only tests or only the benchmark use lives with them.
"""
