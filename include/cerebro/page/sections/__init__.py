"""The sections of the page: each turns rows into a title that is the answer, a chart, a table and what to do.

No HTML and no connection handling here: ``render`` and ``reader`` have those.
"""
