"""The checks of every run: readings are conserved, objects are loaded, sources are fresh; and both questions' answers.

A check reads and judges. It writes nothing but its own result, and may send an alert.
"""
