"""Messages leave protected, or the service does not start (security 12)."""

from pathlib import Path

import pytest

from dmp.settings import InvalidSetting, from_environment, to_environment

BASE = {
    f"DMP_{name}": "x"
    for name in ("DATABASE_URL", "BLOBS", "KEYS", "CERTIFICATE", "PRIVATE_KEY", "CLIENT_AUTHORITIES", "CRLS")
}
BASE["DMP_CERTIFICATE_PROFILES"] = "1.2.3=person/authentication"
MAIL = {"DMP_SMTP_SERVER": "mail.example:587", "DMP_MAIL_FROM": "dmp@hopital.example"}


def test_a_service_that_sends_mail_says_where_and_from_whom():
    more = {"DMP_SMTP_USER": "dmp", "DMP_SMTP_PASSWORD_FILE": "/p", "DMP_SMS": "file:/sms", "DMP_SMTP_SECURITY": "tls"}
    settings = from_environment(BASE | MAIL | more | {"DMP_PORTAL_URL": "https://dmp.example.org"})

    assert settings.smtp_password_file == Path("/p")
    assert from_environment(to_environment(settings)) == settings


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"DMP_SMTP_SERVER": "mail.example"}, "DMP_SMTP_SERVER"),
        ({"DMP_MAIL_FROM": "hopital"}, "DMP_MAIL_FROM"),
        ({"DMP_MAIL_FROM": "a@b.example\r\nBcc: c@d.example"}, "DMP_MAIL_FROM"),
        ({"DMP_SMTP_SECURITY": "none"}, "DMP_SMTP_SECURITY"),
        ({"DMP_SMTP_SECURITY": "clear"}, "DMP_SMTP_SECURITY"),
        ({"DMP_SMTP_USER": "dmp"}, "DMP_SMTP_PASSWORD_FILE"),
        ({"DMP_SMS": "console"}, "DMP_SMS"),
        ({"DMP_SMS": "pigeon"}, "DMP_SMS"),
        ({"DMP_PORTAL_URL": "http://dmp.example.org"}, "DMP_PORTAL_URL"),
    ],
)
def test_what_would_not_be_safe_is_refused_by_name(changes: dict, named: str):
    with pytest.raises(InvalidSetting, match=named):
        from_environment(BASE | MAIL | changes)


def test_a_server_without_an_address_to_send_from_is_refused():
    with pytest.raises(InvalidSetting, match="DMP_MAIL_FROM"):
        from_environment(BASE | {"DMP_SMTP_SERVER": "mail.example:587"})
