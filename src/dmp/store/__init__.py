"""The only persistence: tables, statements, transactions, sealed blobs, keys."""
