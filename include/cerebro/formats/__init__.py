"""What a file may look like: Parquet, CSV and JSON as they are delivered, and which of it is accepted.

A format reads an object, or says what is wrong with it. It knows neither the landing zone's layout nor the warehouse.
"""
