"""Who is told of what happens in a record, when, and in which words (PT-9): values in, values out."""
