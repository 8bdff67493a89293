"""Search inside the documents of a record («recherche dans les documents»), in French, for one viewer at a time.

At arrival the text of a document becomes `Terms` (terms), small enough to be
kept beside its entry. A search (query, find) ranks the papers that its viewer
may read by what stands in these papers alone: there is no index over a record,
whose counts would tell of what is hidden (security 7).
"""
