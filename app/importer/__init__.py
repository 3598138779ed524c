"""Loads a company from CSV files.

The files and columns are in `formats`, and described for people in docs/import.md. A run reads every
file, checks each cell and then the files against each other and the database, writes what is new or
different in one transaction, and says what it did and what is wrong where.
"""
