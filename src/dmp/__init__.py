"""France's shared medical record («dossier médical partagé», DMP), free and self-hosted."""

from importlib.metadata import version

__version__ = version("dmp")
