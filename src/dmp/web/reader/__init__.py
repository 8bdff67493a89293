"""The document reader: every document as a page that runs nothing, the same one in every portal."""
