"""The checks of every run: readings are conserved, objects are loaded, sources are fresh; and both questions' answers.

A check reads and judges. It changes no data but its own record of the result.
"""
