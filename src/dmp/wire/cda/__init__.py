"""CDA documents: the header as a value, the rules it must keep, the metadata it calls for, and what it may not hold."""
