"""The shelf: the documents of a search, folded, named in plain words, filtered; and what pages make of it."""
