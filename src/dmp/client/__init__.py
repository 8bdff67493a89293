"""The client that practice software would use: a DMP reached over the real wire."""

from dmp.client.client import DmpClient
from dmp.client.credentials import Credentials
from dmp.client.errors import CallRefused, Fault, Unreachable

__all__ = ["CallRefused", "Credentials", "DmpClient", "Fault", "Unreachable"]
