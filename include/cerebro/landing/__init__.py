"""The landing zone: which objects belong to it, which of them are new, and how they are fetched.

What is inside an object is the business of ``formats``, and nothing here writes to the warehouse.
"""
