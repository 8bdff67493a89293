"""The desk (`/desk`), «guichet»: where records are opened for people who come in person."""
