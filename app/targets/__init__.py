"""Plans, targets, pace, adjustments and receipts of change."""
