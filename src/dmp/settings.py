"""What an operator decides: environment variables `DMP_*`, turned into one frozen value.

Durations are in seconds. Secrets are never here: keys and certificates are
named by their files.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from dmp.record.profile import Profile, ProfileName, dmp, ihe
from dmp.record.record import Regime


class InvalidSetting(Exception):
    """A setting is missing, unknown or unsafe; the message names it and says what to write."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one installation to another."""

    database_url: str
    """`sqlite:////var/lib/dmp/dmp.db` or `postgresql://…`."""
    blobs: Path
    """Folder of the sealed documents."""
    keys: Path
    """Folder of the keys («coffre»): on another disk, readable by the service alone."""
    certificate: Path
    """PEM certificate chain of the listener."""
    private_key: Path
    """PEM key of the listener."""
    client_authorities: Path
    """PEM authorities whose certificates may call."""
    crls: Path
    """Folder of the revocation lists, PEM or DER, renewed by the operator."""
    certificate_profiles: tuple[str, ...] = ()
    """Certificate policies to trust, each `OID=person/authentication` (or staff, structure; signature)."""
    host: str = "127.0.0.1"
    port: int = 8443
    profile: ProfileName = ProfileName.DMP
    regime: Regime = Regime.OPT_IN
    production: bool = True
    """Real identities and real certificates; false takes test ones only, never both (ID-3)."""
    tolerant: bool = False
    """DEC-120; refused in production."""
    repository_unique_id: str = "1.2.250.1.213.4.1.1.1.2"
    device_oid: str = "1.2.250.1.213.4.1.1.1"
    audiences: tuple[str, ...] = ()
    """Names under which an AudienceRestriction may call us (DEC-52)."""
    regulation_centres: tuple[str, ...] = ()
    """Structure ids of the emergency call centres («centres 15») that may use their mode (DEC-20)."""
    crl_max_age: int = 7 * 24 * 3600
    """A list older than this refuses every certificate of its authority."""
    require_indirect_signature: bool = False
    """Ask for the lot signature in indirect mode too (DEC-108)."""
    accept_sha1: bool = False
    """Old samples only; refused in production."""
    threads: int = 4
    """Requests worked on at the same time in one process."""
    cda_schemas: Path | None = None
    """Folder that holds CDA_extended.xsd: deposits are then validated against it."""

    @property
    def wire_profile(self) -> Profile:
        """The profile as the rules read it."""
        if self.profile is ProfileName.IHE:
            return ihe()
        return dmp(tolerant=self.tolerant, signature_required_indirect=self.require_indirect_signature)


def check(settings: Settings) -> Settings:
    """Refuse combinations that would be unsafe.

    Raises:
        InvalidSetting: naming the variable.
    """
    if settings.production:
        for name in ("tolerant", "accept_sha1"):
            if getattr(settings, name):
                raise InvalidSetting(f"{variable(name)} is for tests: a production service refuses it")
        if not settings.certificate_profiles:
            raise InvalidSetting("DMP_CERTIFICATE_PROFILES is missing: the policies of the certificates to trust")
    return settings


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return f"DMP_{field.upper()}"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        InvalidSetting: a variable is missing, misspelt or not of its kind.
    """
    known = {variable(field.name): field for field in fields(Settings)}
    unknown = sorted(name for name in environment if name.startswith("DMP_") and name not in known | {"DMP_PYTHON": 0})
    if unknown:
        raise InvalidSetting(f"unknown setting {unknown[0]}; the settings are: {', '.join(sorted(known))}")
    values = {field.name: _value(name, environment[name]) for name, field in known.items() if name in environment}
    try:
        return check(Settings(**values))  # type: ignore[arg-type]
    except TypeError as error:
        missing = [n for n, f in known.items() if n not in environment and not hasattr(Settings, f.name)]
        raise InvalidSetting(f"missing settings: {', '.join(missing)}") from error


_LISTS = {"DMP_CERTIFICATE_PROFILES", "DMP_AUDIENCES", "DMP_REGULATION_CENTRES"}
_PATHS = {
    f"DMP_{n}" for n in ("BLOBS", "KEYS", "CERTIFICATE", "PRIVATE_KEY", "CLIENT_AUTHORITIES", "CRLS", "CDA_SCHEMAS")
}
_NUMBERS = {"DMP_PORT", "DMP_CRL_MAX_AGE", "DMP_THREADS"}
_SWITCHES = {"DMP_PRODUCTION", "DMP_TOLERANT", "DMP_REQUIRE_INDIRECT_SIGNATURE", "DMP_ACCEPT_SHA1"}


def _value(name: str, text: str) -> object:
    try:
        if name in _LISTS:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if name in _PATHS:
            return Path(text)
        if name in _NUMBERS:
            return int(text)
        if name in _SWITCHES:
            return {"yes": True, "no": False}[text]
        if name == "DMP_PROFILE":
            return ProfileName(text)
        return Regime(text) if name == "DMP_REGIME" else text
    except (ValueError, KeyError) as error:
        kind = "yes or no" if name in _SWITCHES else "not a value of this setting"
        raise InvalidSetting(f"{name}={text!r}: {kind}") from error
