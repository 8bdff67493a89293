"""The VIHF: the signed SAML 2.0 assertion that says who acts, where, how and why (xds-wire 8).

`verify` turns the security header of a message into a `Caller`, `mint` makes
such a header; the other modules hold one idea each: names, certificates,
revocation, the signature, what the assertion states, its attributes.
"""
