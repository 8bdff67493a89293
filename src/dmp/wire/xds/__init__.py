"""XDS.b on the wire: ebRIM metadata and the four transactions ITI-18, ITI-41, ITI-43, ITI-57 (xds-wire 2 to 7)."""
