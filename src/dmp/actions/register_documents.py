"""Register metadata whose documents another repository keeps (ITI-42): as a deposit, without octets."""

from dataclasses import dataclass

from dmp.actions.submit_documents import SubmitDocuments


@dataclass(frozen=True)
class RegisterDocuments(SubmitDocuments):
    """A lot whose documents are elsewhere: nothing of it can be read here; plain IHE only (xds-wire 2.1)."""
