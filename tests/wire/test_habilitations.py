import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dmp.record.errors import IncompleteRequest, InvalidMessage
from dmp.record.management import AuthorisationAction, AuthorisationAnswer, AuthorisationRequest, AuthorisationRole
from dmp.record.verb import Verb
from dmp.wire import habilitations

ADD, REMOVE = AuthorisationAction.ADD, AuthorisationAction.REMOVE
ATTENDING = AuthorisationRole.ATTENDING


def _request(inside: str, namespace: str = "urn:si-dmp-habilitations") -> etree._Element:
    return etree.fromstring(f'<setAuthorization xmlns="{namespace}">{inside}</setAuthorization>')


@pytest.mark.parametrize(
    ("request_", "verb"),
    [
        (AuthorisationRequest(ADD), Verb.AUTHORISE),
        (AuthorisationRequest(REMOVE), Verb.RENOUNCE),
        (AuthorisationRequest(ADD, ATTENDING), Verb.BECOME_ATTENDING),
        (AuthorisationRequest(REMOVE, ATTENDING), Verb.LEAVE_ATTENDING),
    ],
)
def test_what_a_client_asks_the_server_reads(request_, verb):
    message = etree.fromstring(etree.tostring(habilitations.write_authorisation(request_)))
    assert habilitations.read_authorisation(message) == request_
    assert request_.verb is verb


def test_a_request_as_products_send_it_is_read():
    message = etree.fromstring(
        '<h:setAuthorization xmlns:h="urn:si-dmp-habilitations"><h:action>\n AJOUT </h:action>'
        "<h:role/></h:setAuthorization>"
    )
    assert habilitations.read_authorisation(message) == AuthorisationRequest(ADD)


@pytest.mark.parametrize(
    ("inside", "element"),
    [
        ("", "setAuthorization/action"),
        ("<action/>", "setAuthorization/action"),
        ("<action>AJOUTER</action>", "setAuthorization/action"),
        ('<action xmlns="">AJOUT</action>', "setAuthorization/action"),
        ("<action>AJOUT</action><action>SUPPRESSION</action>", "setAuthorization/action"),
        ("<action>AJOUT</action><role>INFIRMIER</role>", "setAuthorization/role"),
    ],
)
def test_what_is_missing_or_unknown_is_named(inside, element):
    with pytest.raises(IncompleteRequest) as refused:
        habilitations.read_authorisation(_request(inside))
    assert refused.value.element == element


@pytest.mark.parametrize(
    "body",
    [
        _request("<action>AJOUT</action>", namespace="urn:si-dmp-patients"),
        _request("<action>AJOUT</action>", namespace=""),
        etree.fromstring('<listAuthorizationByPatient xmlns="urn:si-dmp-habilitations"/>'),
    ],
)
def test_another_message_is_refused(body):
    for reader in (habilitations.read_authorisation, habilitations.read_authorisation_answer):
        with pytest.raises(InvalidMessage) as refused:
            reader(body)
        assert refused.value.element == "Body"


@pytest.mark.parametrize(
    "answer", [AuthorisationAnswer("DMPOk"), AuthorisationAnswer("DMPOk", "L'autorisation existait déjà")]
)
def test_the_client_reads_the_answer_that_the_server_writes(answer):
    message = etree.fromstring(etree.tostring(habilitations.write_authorisation_answer(answer)))
    assert {etree.QName(node).namespace for node in message.iter()} == {"urn:si-dmp-habilitations"}
    assert [etree.QName(node).localname for node in message.iter()][:3] == [
        "setAuthorizationResponse",
        "output",
        "status",
    ]
    assert habilitations.read_authorisation_answer(message) == answer


@pytest.mark.parametrize("inside", ["", "<output/>", "<output><status/></output>"])
def test_an_answer_without_status_is_refused(inside):
    body = f'<setAuthorizationResponse xmlns="urn:si-dmp-habilitations">{inside}</setAuthorizationResponse>'
    with pytest.raises(IncompleteRequest) as refused:
        habilitations.read_authorisation_answer(etree.fromstring(body))
    assert refused.value.element == "setAuthorizationResponse/output/status"


def test_both_spellings_of_the_action_are_known():
    assert habilitations.ACTIONS == (
        "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization",
        "urn:si-dmp-habilitations:setAuthorization",
    )


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"))
)
def test_any_action_is_read_or_refused_by_name(word):
    message = _request("<action/>")
    message[0].text = word
    try:
        assert habilitations.read_authorisation(message).action == word.strip()
    except IncompleteRequest as refused:
        assert refused.element == "setAuthorization/action"
