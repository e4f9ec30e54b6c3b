"""Sets up the warehouse's own schemas and roles, from ``include/sql/schema``.

What dbt builds (staging, marts, analytics) is not made here, and no row is written.
"""
