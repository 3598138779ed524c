"""Ways to deliver a notice beyond the inbox."""
