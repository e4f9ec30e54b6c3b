"""Lineage as OpenLineage events: what a task read and wrote, down to the columns.

Nothing here runs unless a transport is set, and nothing here may fail a task.
"""
