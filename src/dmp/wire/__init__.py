"""Formats in and out: envelopes, parts, registry metadata, assertions, clinical documents. Pure: bytes to values and back."""
