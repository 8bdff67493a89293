"""HTTP: the doors of the house. Reaches neither the store nor the rights: only `perform`."""
