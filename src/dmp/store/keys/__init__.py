"""Where the keys live, and what each may do (security 12)."""
