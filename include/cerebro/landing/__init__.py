"""What lies in the landing zones: listings, arrivals, which objects are new, and how they are fetched.

The contents of objects belong to ``formats``, and nothing here writes to the warehouse.
"""
