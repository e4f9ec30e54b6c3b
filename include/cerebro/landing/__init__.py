"""The landing zone: which objects belong to it, which of them are new, and how they are fetched.

The contents of objects belong to ``formats``, and nothing here writes to the warehouse.
"""
