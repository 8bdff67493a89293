"""What an operator does, at the desk and behind it («guichet», PT-18): a class for each family of commands."""
