"""make bench."""

from tests.bench.run import main

if __name__ == "__main__":  # the client processes import run.py, never this file
    main()
