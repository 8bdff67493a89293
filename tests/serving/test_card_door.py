"""The door of the cards, over real TLS: the certificate of the connection signs its holder in."""

import re
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from dmp.main import make_server
from dmp.sandbox.folder import SandboxOptions, prepare
from dmp.sandbox.port import free_port
from dmp.sandbox.serve import ready


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A service with its portal and its door for cards; gives its settings and the holders of cards."""
    folder = tmp_path_factory.mktemp("cards")
    prepare(folder, SandboxOptions(free_port()), at=datetime.now(UTC))
    settings, holders = ready(folder, SandboxOptions(free_port()))
    port = free_port()
    url = f"https://localhost:{port}/"
    settings = replace(settings, portal_port=port, portal_card_port=free_port(), portal_url=url)
    listening = threading.Event()
    server = make_server(settings, when_ready=listening.set)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert listening.wait(timeout=30)
        yield settings, holders
    finally:
        server.should_exit = True
        thread.join(timeout=30)


def browser(holders, name: str = "") -> httpx2.Client:
    tls = ssl.create_default_context(cafile=holders.ca)
    if name:
        tls.load_cert_chain(holders[name].auth.certificate, holders[name].auth.key)
    return httpx2.Client(verify=tls, trust_env=False)


def presents(client: httpx2.Client, settings) -> httpx2.Response:
    origin = f"https://localhost:{settings.portal_card_port}"
    page = client.get(f"{origin}/connexion/carte")
    token = re.search(r'name="token" value="([0-9a-f]+)"', page.text.partition('action="/connexion/carte"')[2])
    assert token is not None
    return client.post(f"{origin}/connexion/carte", data={"token": token[1]}, headers={"origin": origin})


def test_a_card_signs_its_holder_in_at_the_portal(served):
    settings, holders = served
    with browser(holders, "doctor") as client:
        answer = presents(client, settings)
        assert answer.status_code == 200, answer.text
        assert f'url=https://localhost:{settings.portal_port}/professional"' in answer.text
        assert client.get(f"https://localhost:{settings.portal_port}/professional").status_code == 200


def test_a_revoked_card_is_refused_in_words(served):
    settings, holders = served
    with browser(holders, "revoked") as client:
        answer = presents(client, settings)
    assert answer.status_code == 403
    assert "n’a pas été acceptée" in answer.text


def test_without_a_card_there_is_no_connection(served):
    settings, holders = served
    with browser(holders) as client, pytest.raises(httpx2.TransportError):
        client.get(f"https://localhost:{settings.portal_card_port}/connexion/carte")


def test_the_portal_asks_nobody_for_a_card(served):
    settings, holders = served
    with browser(holders) as client:
        page = client.get(f"https://localhost:{settings.portal_port}/connexion").text
    assert f'href="https://localhost:{settings.portal_card_port}/connexion/carte"' in page
