"""What may enter a record: documents examined before they are judged."""
