"""What is measured, run by `make bench`: the real server on loopback, and the floors of this machine beside it."""
