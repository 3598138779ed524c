"""The demo company: Kangqiao Medical around Hangzhou, made around today's date.

`cast.py` holds the names in both languages, `load.py` writes the company through the services
only, so that it can hold nothing that the product cannot do.
"""
