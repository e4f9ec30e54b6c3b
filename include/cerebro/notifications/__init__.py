"""Notifies people of runs and sources, through a webhook in Slack's format.

A new channel goes here. ``callbacks`` reports runs; what is wrong with the data is decided in ``checking``.
"""
