"""Drops what is older than the terms of the deployment: minutes, marts, superseded loads, rows in the quarantine.

``raw.retentions`` says what left when, and the books balance after it (docs/how-to/set-retention.md).
"""
