"""Decides about rejected rows: a release brings them into force, a discard takes them off the list of what waits.

A release is a load that supersedes the one the rows were rejected of, of the same version: all that is in force of the
object, and the released rows.
"""
