"""Distinguished names: many texts, one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dmp.wire.vihf import names
from dmp.wire.vihf.names import parse

CARD = parse("C=FR,T=Médecin,CN=899900000011+SN=ARNOUX+GN=Claire")


@pytest.mark.parametrize(
    "text",
    [
        "CN=899900000011+SN=ARNOUX+GN=Claire,T=Médecin,C=FR",
        "C=FR, T=Médecin, CN=899900000011 + SN=ARNOUX + GN=Claire",
        "c=fr;title=médecin;cn=899900000011+surname=arnoux+givenName=claire",
        "2.5.4.6=FR,OID.2.5.4.12=M\\c3\\A9decin,CN=899900000011+SN=ARNOUX+GN=Claire",
        'C="FR",T="Médecin",CN="899900000011"+SN=ARNOUX+G=Claire',
        "C=FR,T=#0C084DC3A9646563696E,CN=899900000011+SN=ARNOUX+GN=Claire",
        "C=FR,T=#1E0E004D00E90064006500630069006E,CN=899900000011+SN=ARNOUX+GN=Claire",
    ],
)
def test_the_same_name_is_recognised_in_every_spelling(text: str):
    assert parse(text).same(CARD)


@pytest.mark.parametrize(
    "text",
    [
        "T=Médecin,C=FR,CN=899900000011+SN=ARNOUX+GN=Claire",
        "C=FR,T=Médecin,CN=899900000011,SN=ARNOUX,GN=Claire",
        "C=FR,T=Médecin,CN=899900000011+SN=ARNOUX",
        "C=FR,T=Médecin,CN=899900000029+SN=ARNOUX+GN=Claire",
        "C=FR,T=Médecin,CN=899900000011+SN=ARNOUX+GN=Claire,O=x",
        "C=FR,T=Médecin,CN=899900000011+GN=ARNOUX+SN=Claire",
    ],
)
def test_another_name_is_not(text: str):
    assert not parse(text).same(CARD)


def test_escaped_and_quoted_separators_belong_to_the_value():
    assert parse('O="a, b+c;d",OU=e\\,f\\+g\\\\').rdns == (
        frozenset({("2.5.4.10", "a, b+c;d")}),
        frozenset({("2.5.4.11", "e,f+g\\")}),
    )


@pytest.mark.parametrize(
    "text",
    ["", " ", "CN", "=x", "CN=a,", ",CN=a", "XYZ=1", 'CN="a', "CN=a\\", "CN=#0", "CN=#0c05", "CN=#04026162", "CN=\\ff"],
)
def test_what_is_no_name_is_refused(text: str):
    with pytest.raises(ValueError):
        parse(text)


def test_a_huge_name_is_refused_before_it_is_read():
    with pytest.raises(ValueError, match="2048"):
        parse("CN=" + "a" * 2048)


@given(some.text(max_size=40))
def test_no_text_breaks_the_reader(text: str):
    try:
        parse(text)
    except ValueError:
        return


@given(some.text(alphabet='ab,+;="\\# é', min_size=1, max_size=12).filter(str.strip))
def test_an_escaped_value_is_read_back(value: str):
    escaped = "".join(f"\\{sign}" if sign in ',+;="\\#' else sign for sign in value)

    assert parse(f"CN={escaped},C=FR").one(names.COMMON_NAME).strip() == value.strip()
