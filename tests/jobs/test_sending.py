"""Messages leave by SMTP or as SMS: protected, once the other side has taken them, and told apart when it has not."""

import io
import json
import ssl
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dmp.jobs.mail import Mail, MailServer
from dmp.jobs.runner import Failed
from dmp.jobs.sms import ConsoleSms, FileSms
from dmp.notices.words import words_of
from dmp.record.notice import MailSecurity, NoticeKind
from notice_builders import MAIL, MOBILE, NOW, MailBox, mail_box

WORDS = words_of(NoticeKind.EMERGENCY_ACCESS)
NOBODY_LISTENS = 1


def a_mail(port: int, **changes: Any) -> Mail:
    server = MailServer("localhost", port, **{"security": MailSecurity.NONE, **changes})
    return Mail(server, "dmp@hopital.example", lambda: NOW)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that vouches for itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("mail") / "mail.pem"
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


# -- e-mail


def test_a_message_is_taken_whole_with_an_id_that_stays_the_same():
    with mail_box() as box:
        for _ in range(2):
            a_mail(box.port).send(MAIL, WORDS, name="0123abcd")

    (to, message), (_, again) = box.taken
    assert to == MAIL == message["To"]
    assert message["From"] == "dmp@hopital.example"
    assert message["Subject"] == WORDS.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == again["Message-ID"] == "<0123abcd@hopital.example>"
    assert message.get_content().replace("\r\n", "\n") == WORDS.mail


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_message_travels_encrypted_to_a_server_that_is_proved(security: MailSecurity, certificate: Path):
    with mail_box(tls=tls(certificate), from_the_start=security is MailSecurity.TLS) as box:
        mail = a_mail(box.port, security=security, authorities=certificate, user="dmp", password="secret word")
        mail.send(MAIL, WORDS, name="1")

    assert box.encrypted == [True]
    (login,) = box.logins
    assert b64decode(login.partition(" ")[2]) == b"\0dmp\0secret word"
    assert "secret word" not in repr(mail)


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_nothing_is_sent_to_a_server_that_is_not_proved(security: MailSecurity, certificate: Path):
    how = {"tls": tls(certificate), "from_the_start": security is MailSecurity.TLS}
    with mail_box(**how) as box, pytest.raises(Failed) as failure:
        a_mail(box.port, security=security, user="dmp", password="secret").send(MAIL, WORDS, name="1")

    assert (failure.value.said, failure.value.again) == ("SSLCertVerificationError", True)
    assert box.taken == box.logins == []


def test_nothing_is_sent_in_clear_where_encryption_was_asked_for():
    with mail_box() as box, pytest.raises(Failed) as failure:
        a_mail(box.port, security=MailSecurity.STARTTLS, user="dmp", password="secret").send(MAIL, WORDS, name="1")

    assert failure.value.said == "SMTPNotSupportedError"
    assert box.taken == box.logins == []


@pytest.mark.parametrize(
    ("how", "said", "again"),
    [
        ({"refuses_recipient": 550}, "recipient-refused-550", False),
        ({"refuses_recipient": 451}, "recipient-refused-451", True),
        ({"refuses_data": 554}, "refused-554", False),
        ({"refuses_data": 452}, "refused-452", True),
        ({"hangs_up_after_taking": 1}, "SMTPServerDisconnected", True),
    ],
)
def test_what_a_server_does_not_take_is_told_and_tried_again_unless_it_said_never(how: dict, said: str, again: bool):
    with mail_box(**how) as box, pytest.raises(Failed) as failure:
        a_mail(box.port).send(MAIL, WORDS, name="1")

    assert (failure.value.said, failure.value.again) == (said, again)


def test_a_server_that_is_away_is_told_and_tried_again():
    with pytest.raises(Failed) as failure:
        a_mail(NOBODY_LISTENS).send(MAIL, WORDS, name="1")
    assert (failure.value.said, failure.value.again) == ("ConnectionRefusedError", True)


# -- SMS


def test_sms_are_lines_of_a_file_that_the_service_alone_reads(tmp_path: Path):
    for name in ("1", "2"):
        FileSms(tmp_path / "sms").send(MOBILE, WORDS, name=name)

    lines = [json.loads(line) for line in (tmp_path / "sms").read_text(encoding="utf-8").splitlines()]
    assert lines == [{"id": name, "to": MOBILE, "text": WORDS.sms} for name in ("1", "2")]
    assert (tmp_path / "sms").stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path):
    with pytest.raises(Failed, match="sms-file-not-written"):
        FileSms(tmp_path / "nowhere/sms").send(MOBILE, WORDS, name="1")


def test_the_console_shows_an_sms():
    out = io.StringIO()
    ConsoleSms(out).send(MOBILE, WORDS, name="1")
    assert out.getvalue() == f"SMS 1 {MOBILE}: {WORDS.sms}\n"


def test_a_mail_box_that_is_not_asked_has_nothing():
    with mail_box() as box:
        assert box == MailBox(port=box.port)
