"""The sections of the page, one module each: ``read`` turns rows into a title that answers, a chart and a table.

A module has the name of its section's id in the HTML; two of them share ``ranking``. No HTML and no connections here:
``render`` and ``reader`` have those.
"""
