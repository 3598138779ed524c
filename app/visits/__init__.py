"""Visits, the visit types with their steps, and tasks."""
