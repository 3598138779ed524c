"""Orders and receipts: the facts that count, and the credits they give to people."""
