"""Forgets a hero: readings, records and participations leave the warehouse and the quarantine, and do not come back.

``raw.erasures`` keeps the counts and a hash, not the person (docs/how-to/forget-a-hero.md).
"""
