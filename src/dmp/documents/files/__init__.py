"""Files that people put in, before they become documents: typed by their octets, and rid of what they need not say."""
