"""The engine of offline sync: numbered mutations in, ordered changes out.

It names no domain; it reads the registry of domain.py. The wire is documented in docs/sync.md."""
