"""Customers, their contacts, territories, and who looks after whom."""
