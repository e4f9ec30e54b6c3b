"""The formats of delivered files: Parquet, CSV and JSON, and which of their contents are accepted.

A format reads an object, or says what is wrong with it. It knows neither the landing zone's layout nor the warehouse.
"""
