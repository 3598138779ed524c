"""Organisations, teams as a tree, people, signing in, devices and working calendars."""
