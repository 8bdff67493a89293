"""What a trace says, how traces are sealed into a tree that nobody can rewrite, and how anyone checks it offline."""
