"""What an operator decides: environment variables `DMP_*`, turned into one frozen value.

Durations are in seconds. Secrets are never here: keys and certificates are
named by their files.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from dmp.record.notice import MailSecurity
from dmp.record.profile import MIB, Profile, ProfileName, dmp, ihe
from dmp.record.record import Regime
from dmp.sign_in.providers import LEVELS

LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
MOST_DAILY_PATIENTS = 1000
"""A hard brake over it would be none, in production (security 10)."""


class InvalidSetting(Exception):
    """A setting is missing, unknown or unsafe; the message names it and says what to write."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one installation to another."""

    database_url: str
    """`sqlite:////var/lib/dmp/dmp.db` or `postgresql://…`."""
    blobs: Path
    """Folder of the sealed documents, or `s3://NAME/PREFIX`."""
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
    rights: Path | None = None
    """Folder of tables of rights that replace those that ship with this release, each by its name."""
    daily_patients: int = 0
    """Patients that one person may read on a day, whatever the profession; 0 for the table of brakes (security 10)."""
    crl_max_age: int = 7 * 24 * 3600
    """A list older than this refuses every certificate of its authority."""
    require_indirect_signature: bool = False
    """Ask for the lot signature in indirect mode too (DEC-108)."""
    accept_sha1: bool = False
    """Old samples only; refused in production."""
    threads: int = 2
    """Requests worked on at the same time in one process."""
    workers: int = 0
    """Processes that answer; 0 for one per core."""
    queue: int = 128
    """Requests that may wait in one process (security 13.6)."""
    connections: int = 1000
    """Connections that one process holds at most."""
    handshake_time: float = 10.0
    head_time: float = 5.0
    body_time: float = 120.0
    answer_time: float = 12.0
    idle_time: float = 75.0
    grace_time: int = 30
    """How long a caller may take, see `dmp.web.patience` (security 5.3, DEC-119)."""
    max_envelope: int = 4 * MIB
    max_document: int = 50 * MIB
    max_lot: int = 60 * MIB
    """The `dmp` profile takes 5 and 10 MiB at most, whatever is written here (DEC-55)."""
    max_request: int = 64 * MIB
    max_parts: int = 64
    max_part_headers: int = 8 * 1024
    """What one message may hold, in octets, and its count of parts (DEC-55)."""
    assertion_life: int = 30 * 60
    assertion_life_direct: int = 8 * 3600
    assertion_ahead: int = 5 * 60
    assertion_skew: int = 2 * 60
    authentication_age: int = 24 * 3600
    """Times of assertions (DEC-51)."""
    admin_host: str = "127.0.0.1"
    admin_port: int = 0
    """Port of `/healthz`, `/readyz` and `/metrics`, in clear: for loopback or a closed network; 0 for none."""
    administration_port: int = 0
    """Port of the services of the administrator, mutual TLS, on `admin_host`; 0 for none."""
    administrators: tuple[str, ...] = ()
    """National or local ids of the persons who may remove metadata and documents there, each with his own card."""
    front: str | None = None
    """Where a front server that ends TLS reaches us in clear: `unix:PATH`, or `127.0.0.1:PORT`."""
    front_secret: Path | None = None
    """File of the secret that the front server sends with each request."""
    audit_repository: str | None = None
    """`HOST:PORT` of a repository of audits (ATNA), which takes syslog over TLS and knows our certificate."""
    audit_authorities: Path | None = None
    """PEM authorities of the certificate of that repository."""
    audit_source: str = "dmp"
    audit_site: str = "dmp"
    """How this service calls itself, and its site, in what it sends there."""
    cda_schemas: Path | None = None
    """Folder that holds CDA_extended.xsd: deposits are then validated against it."""
    medicines: Path | None = None
    """File of the reference data of medicines, which `dmp medicines load` writes."""
    rules: Path | None = None
    """Folder of an operator's own rules (calendar, programmes, units…), in the place of those of this release."""
    pkcs11_module: Path | None = None
    pkcs11_token: str | None = None
    pkcs11_pin_file: Path | None = None
    """Token that holds the master keys: the module that drives it, its label, the file of its PIN; all or none."""
    s3_endpoint: str | None = None
    s3_credentials: Path | None = None
    """Where the objects are when `blobs` names a bucket: URL of the service, file of the credentials."""
    synchronous_standby: bool = False
    """Serve only on a PostgreSQL that acknowledges what a standby has on its disk too (security 13.1)."""
    smtp_server: str | None = None
    """`HOST:PORT` of the server that takes our e-mail; none is sent without."""
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    """`starttls`, `tls`, or `none` for a server on this machine."""
    smtp_authorities: Path | None = None
    """PEM authorities of the certificate of that server; else those of the system."""
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    """Who we are there, when it asks; both or none."""
    mail_from: str | None = None
    """Address that messages come from."""
    sms: str | None = None
    """Where SMS go: `file:/PATH`, which a gateway reads, or `console` for a trial."""
    portal_url: str | None = None
    """Where a message says to look: the page of the portal, `https://…`."""
    portal_port: int = 0
    """Port of the pages for people, TLS without client certificate, on `host`; 0 for none."""
    code_life: int = 3 * 60
    """How long a one-time code may be used (security 9.1)."""
    portal_card_port: int = 0
    """Port of the sign-in by card («carte CPS»), TLS with client certificate, on `host`; 0 for none."""
    psc_issuer: str | None = None
    psc_client_id: str | None = None
    psc_secret_file: Path | None = None
    """Pro Santé Connect: its issuer, who we are there, the file of our secret; all or none."""
    psc_acr: str = LEVELS[0]
    """The lowest level of assurance that is taken from there."""
    franceconnect_issuer: str | None = None
    franceconnect_client_id: str | None = None
    franceconnect_secret_file: Path | None = None
    """FranceConnect, the same."""
    franceconnect_acr: str = LEVELS[0]
    """The same, from FranceConnect."""

    @property
    def bucket(self) -> str:
        """`NAME/PREFIX` when `DMP_BLOBS` is `s3://NAME/PREFIX`; else empty."""
        # A path keeps one slash of two.
        text = self.blobs.as_posix()
        return text.removeprefix("s3:/").lstrip("/") if text.startswith("s3:/") else ""

    @property
    def wire_profile(self) -> Profile:
        """The profile as the rules read it."""
        named = (
            ihe()
            if self.profile is ProfileName.IHE
            else dmp(tolerant=self.tolerant, signature_required_indirect=self.require_indirect_signature)
        )
        document, lot = min(named.max_document, self.max_document), min(named.max_lot, self.max_lot)
        return replace(named, max_document=document, max_lot=lot)


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
    if settings.daily_patients < 0 or (settings.production and settings.daily_patients > MOST_DAILY_PATIENTS):
        raise InvalidSetting(f"DMP_DAILY_PATIENTS must be 0, for the table, or {MOST_DAILY_PATIENTS} at most")
    for name in ("threads", "queue", "connections", "max_parts"):
        if getattr(settings, name) < 1:
            raise InvalidSetting(f"{variable(name)} must be 1 at least")
    if not 60 <= settings.code_life <= 600:
        raise InvalidSetting("DMP_CODE_LIFE: a one-time code lives 60 to 600 seconds")
    _check_front(settings)
    named = (settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin_file)
    if any(named) and not all(named):
        raise InvalidSetting("DMP_PKCS11_MODULE, DMP_PKCS11_TOKEN and DMP_PKCS11_PIN_FILE go together")
    _check_bucket(settings)
    _check_audits(settings)
    _check_notices(settings)
    _check_providers(settings)
    return settings


def _check_providers(settings: Settings) -> None:
    """What signs people in elsewhere is named whole, protected, and leads back to a page that people know."""
    for name in ("psc", "franceconnect"):
        given = [getattr(settings, f"{name}_{part}") for part in ("issuer", "client_id", "secret_file")]
        if not any(given):
            continue
        prefix = variable(name)
        if not all(given):
            raise InvalidSetting(f"{prefix}_ISSUER, {prefix}_CLIENT_ID and {prefix}_SECRET_FILE go together")
        local = tuple(f"http://{host}:" for host in LOOPBACK) if not settings.production else ()
        if not given[0].startswith(("https://", *local)):
            raise InvalidSetting(f"{prefix}_ISSUER: https://…")
        if getattr(settings, f"{name}_acr") not in LEVELS:
            raise InvalidSetting(f"{prefix}_ACR: {', '.join(LEVELS)}")
        if settings.portal_url is None:
            raise InvalidSetting(f"DMP_PORTAL_URL is missing: where {prefix}_ISSUER sends people back to")
    if settings.portal_card_port and not (settings.portal_url and settings.portal_port):
        raise InvalidSetting("DMP_PORTAL_CARD_PORT goes with DMP_PORTAL_PORT and DMP_PORTAL_URL")


def _check_notices(settings: Settings) -> None:
    """Messages leave protected, say where they come from, and lead to a page that is protected too."""
    _check_mail(settings)
    if settings.sms is not None and settings.sms != "console" and not settings.sms.startswith("file:/"):
        raise InvalidSetting(f"DMP_SMS={settings.sms!r}: file:/PATH, or console")
    if settings.sms == "console" and settings.production:
        raise InvalidSetting("DMP_SMS=console is for tests: a production service refuses it")
    if settings.portal_url is not None and not re.fullmatch(r"https://[^\s{}]+", settings.portal_url):
        raise InvalidSetting("DMP_PORTAL_URL: https://…")


def _check_mail(settings: Settings) -> None:
    if (settings.smtp_user is None) != (settings.smtp_password_file is None):
        raise InvalidSetting("DMP_SMTP_USER and DMP_SMTP_PASSWORD_FILE go together")
    if settings.smtp_server is None:
        return
    host, _, port = settings.smtp_server.rpartition(":")
    if not host or not port.isdigit():
        raise InvalidSetting(f"DMP_SMTP_SERVER={settings.smtp_server!r}: HOST:PORT")
    if settings.smtp_security is MailSecurity.NONE and host not in LOOPBACK:
        raise InvalidSetting("DMP_SMTP_SECURITY=none is for a server on this machine: starttls or tls")
    if settings.mail_from is None or not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", settings.mail_from):
        raise InvalidSetting("DMP_MAIL_FROM is missing, or no address: what messages come from")


def _check_audits(settings: Settings) -> None:
    """Where audits go is named with its port, and proved."""
    if settings.audit_repository is None:
        return
    host, _, port = settings.audit_repository.rpartition(":")
    if not host or not port.isdigit():
        raise InvalidSetting(f"DMP_AUDIT_REPOSITORY={settings.audit_repository!r}: HOST:PORT")
    if settings.audit_authorities is None:
        raise InvalidSetting("DMP_AUDIT_AUTHORITIES is missing: the authorities of the repository's certificate")


def _check_bucket(settings: Settings) -> None:
    """The octets are sealed before they leave, the credentials of the object store are not."""
    given = (settings.s3_endpoint is not None, settings.s3_credentials is not None, bool(settings.bucket))
    if any(given) and not all(given):
        raise InvalidSetting("DMP_BLOBS=s3://NAME/PREFIX, DMP_S3_ENDPOINT and DMP_S3_CREDENTIALS go together")
    if settings.s3_endpoint and not settings.s3_endpoint.startswith("https://"):
        local = tuple(f"http://{host}:" for host in LOOPBACK)
        if not settings.s3_endpoint.startswith(local):
            raise InvalidSetting("DMP_S3_ENDPOINT: https://…, or http on this machine only")


def _check_front(settings: Settings) -> None:
    """What a front server sends in clear may pass through this machine only."""
    if not settings.front:
        return
    if settings.front_secret is None:
        raise InvalidSetting("DMP_FRONT_SECRET is missing: the file of the secret that the front server sends")
    host, separator, port = settings.front.rpartition(":")
    local = host == "unix" or (separator and host in LOOPBACK and port.isdigit())
    if not local:
        raise InvalidSetting(f"DMP_FRONT={settings.front!r}: unix:PATH, or 127.0.0.1:PORT, nothing farther")


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


def to_environment(settings: Settings) -> dict[str, str]:
    """The variables that give these settings back: how a process hands them to another."""
    values = {variable(field.name): getattr(settings, field.name) for field in fields(Settings)}
    return {name: _written(value) for name, value in values.items() if value is not None and value != ()}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


_LISTS = {"DMP_CERTIFICATE_PROFILES", "DMP_AUDIENCES", "DMP_REGULATION_CENTRES", "DMP_ADMINISTRATORS"}
_PATHS = {
    "DMP_AUDIT_AUTHORITIES",
    "DMP_S3_CREDENTIALS",
    "DMP_FRONT_SECRET",
    "DMP_PKCS11_MODULE",
    "DMP_RIGHTS",
    "DMP_MEDICINES",
    "DMP_RULES",
    "DMP_PKCS11_PIN_FILE",
    "DMP_SMTP_AUTHORITIES",
    "DMP_SMTP_PASSWORD_FILE",
    "DMP_PSC_SECRET_FILE",
    "DMP_FRANCECONNECT_SECRET_FILE",
} | {f"DMP_{n}" for n in ("BLOBS", "KEYS", "CERTIFICATE", "PRIVATE_KEY", "CLIENT_AUTHORITIES", "CRLS", "CDA_SCHEMAS")}
_NUMBERS = {"DMP_PORT", "DMP_CRL_MAX_AGE", "DMP_THREADS"} | {
    variable(field.name) for field in fields(Settings) if field.type is int
}
_FRACTIONS = {variable(field.name) for field in fields(Settings) if field.type is float}
_SWITCHES = {"DMP_PRODUCTION", "DMP_TOLERANT", "DMP_REQUIRE_INDIRECT_SIGNATURE", "DMP_ACCEPT_SHA1"} | {
    "DMP_SYNCHRONOUS_STANDBY"
}

_CHOICES: Mapping[str, Callable[[str], str]] = {
    "DMP_PROFILE": ProfileName,
    "DMP_REGIME": Regime,
    "DMP_SMTP_SECURITY": MailSecurity,
}


def _value(name: str, text: str) -> object:
    try:
        if name in _LISTS:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if name in _PATHS:
            return Path(text)
        if name in _NUMBERS | _FRACTIONS:
            return float(text) if name in _FRACTIONS else int(text)
        if name in _SWITCHES:
            return {"yes": True, "no": False}[text]
        return _CHOICES.get(name, str)(text)
    except (ValueError, KeyError) as error:
        kind = "yes or no" if name in _SWITCHES else "not a value of this setting"
        raise InvalidSetting(f"{name}={text!r}: {kind}") from error
