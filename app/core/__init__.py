"""What everything else stands on: database, actor, errors, events, words, clock.

Nothing in here knows a request or a domain.
"""
