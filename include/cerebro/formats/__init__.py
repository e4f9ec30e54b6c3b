"""What a file may look like: Parquet, CSV and JSON as they are delivered, and which of it is accepted.

A format turns bytes into records, or says what is wrong with them; where an object lies and where records go, it does
not know.
"""
