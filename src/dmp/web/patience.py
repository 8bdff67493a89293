"""How long the service waits for a caller, in seconds (security 5.3, DEC-119); each is a setting of the operator."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Who is slower than this is cut off, whatever stands before the service or does not."""

    handshake: float = 10.0
    """For the TLS handshake."""
    head: float = 5.0
    """For a request line and its headers."""
    body: float = 120.0
    """For a whole body."""
    begin: float = 10.0
    """After these, a body must have come at `pace` octets a second on average; and never so long without an octet."""
    pace: int = 1024
    answer: float = 12.0
    """After these, an answer that is not read at `pace` is given up."""
    idle: float = 75.0
    """Between two requests of a connection."""
    farewell: float = 1.0
    """That an idle caller has to send one more request when the service stops."""
    grace: int = 30
    """That requests in progress have to end when the service stops."""
