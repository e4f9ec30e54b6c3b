"""The landing zones as they are configured: their places, the names of their datasets, the version of their rules.

Nothing here asks a store or the warehouse.
"""
