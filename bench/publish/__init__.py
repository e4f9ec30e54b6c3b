"""What becomes of a measured section: its file in bench/results, its place on the page, and its comparison.

Nothing here measures a section, and no section imports from here.
"""
