"""Notifies people of runs and sources, through a webhook that speaks Slack's language.

A new channel goes here. What is worth a notification is decided elsewhere (``checking``, Airflow's callbacks).
"""
