"""Formats in and out: envelopes, parts, metadata, assertions, clinical documents. Pure: bytes to values and back."""
