"""Every document of the sandbox says that it is fictional, in what people read."""

from dataclasses import replace

from dmp.wire.cda.making.context import DocumentContext

FICTION = "Document fictif, établi pour la démonstration : identité fictive, aucune personne réelle n'est concernée."
"""The notice that every document carries."""


def fictional(context: DocumentContext) -> DocumentContext:
    """The same, with the notice."""
    return replace(context, notice=FICTION)
