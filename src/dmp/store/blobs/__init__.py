"""Sealed blobs: the octets of documents, where nobody can read them (security 12.1, 12.2, 13.1)."""

from dmp.store.blobs.blob import BlobRef, Blobs, StoredBlob
from dmp.store.blobs.files import FileBlobs

__all__ = ["BlobRef", "Blobs", "FileBlobs", "StoredBlob"]
