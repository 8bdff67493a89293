"""What the project promises, tried before the eyes of whoever must rely on it: `./dev assure` (security 14)."""
