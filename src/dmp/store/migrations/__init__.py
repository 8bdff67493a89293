"""Migrations of the schema, run by `dmp migrate`."""
