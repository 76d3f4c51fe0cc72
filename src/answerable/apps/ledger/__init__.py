"""`answerable ledger`: checkpoints, witnesses, and checking a ledger against both."""
