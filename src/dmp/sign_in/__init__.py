"""Signing in («connexion»): the means by which a person proves who he is, and how long that holds (security 9)."""
