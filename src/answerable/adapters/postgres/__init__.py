"""The ledger on a PostgreSQL server, which several gateways may share: entries, keys, the log's tree."""
