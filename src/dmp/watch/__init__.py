"""The watch («surveillance»): what in the stream of traces should be looked at by somebody (security 10)."""
