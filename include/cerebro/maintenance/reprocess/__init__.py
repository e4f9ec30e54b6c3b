"""Loads again what is in force, so that today's rules judge it: superseding loads of the same version of an object.

Or brings back what retention has archived.
"""
