"""What a first view weighs and asks for, with a record of 400 documents and nothing kept from before."""

import pytest

from portal_builders import DOCTOR

MOST = 150_000
"""Octets over the wire."""
_WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .map((one) => [one.name, one.transferSize])"""


@pytest.mark.parametrize("path", ["/patient", "/patient/documents", "/professional/dossier", "/connexion"])
def test_a_first_view_is_light_and_comes_from_here_alone(home, opens, thick, path):
    secret = home.secret_at_record(DOCTOR, thick) if path.startswith("/professional") else home.secret_of(thick)
    with opens() as window:
        if path != "/connexion":
            window.hold(secret)
        window.goes(path).page.wait_for_load_state("networkidle")
        asked = window.page.evaluate(_WEIGHT)
    assert len(asked) > 3
    assert all(name.startswith(home.origin) for name, _ in asked)
    assert sum(size for _, size in asked) < MOST, asked
