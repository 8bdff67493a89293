"""Making CDA documents of structure (N3): from values to octets, for each family of entries (cda 2 and 3.2).

The inverse of `wire.cda.entries`: what is written here is read there as the
same facts. Pure: no clock, no randomness, no network; the same values always
give the same octets. What a kind of document is made of stands in
`documents/<kind>/make.py`.
"""
