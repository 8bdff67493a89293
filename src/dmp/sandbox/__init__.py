"""A self-contained service with invented people, keys and documents, for demonstration and tests."""
