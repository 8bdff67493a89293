"""What the entries of a CDA document say, one file per family of entries (cda 3.2)."""
