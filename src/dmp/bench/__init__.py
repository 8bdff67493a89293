"""The benchmark: how much one machine carries, everything on, and what the bare hardware would (stack 19)."""
