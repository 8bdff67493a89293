"""Which passwords are taken, how they are kept, and that checking them is bounded."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dmp.sign_in import passwords
from dmp.sign_in.passwords import HashingPool, PoolFull, hash_password, is_password, weakness


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("court", "short"),
        ("x" * 201, "long"),
        ("motdepasse2024!", "common"),
        ("M0tdeP@sse123", "common"),
        ("azertyuiop123", "common"),
        ("aaaaaaaaaaaaaa", "common"),
        ("abcabcabcabc", "common"),
        ("123456789012", "common"),
        ("Marseille1993!!", "common"),
        ("ana-exemple-1979", "common"),
        ("bado-kiru-mefa", "common"),
        ("un lapin bleu à vélo", ""),
        ("Xk7!pw9Qz2@m", ""),
        ("correct horse battery", ""),
    ],
)
def test_what_everybody_uses_is_not_taken(text: str, why: str):
    assert weakness(text, own_words=("bado-kiru-mefa", "Ana Exemple")) == why


def test_a_hash_has_the_parameters_and_a_salt_of_its_own():
    first, second = hash_password("un lapin bleu"), hash_password("un lapin bleu")
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert is_password("un lapin bleu", first)
    assert not is_password("un lapin vert", first)


def test_accents_are_the_same_from_every_keyboard():
    assert is_password("vélo à pédales", hash_password("vélo à pédales"))


@pytest.mark.parametrize("kept", ["", "not a hash"])
def test_nothing_opens_what_has_no_password(kept: str):
    assert not is_password("", kept)
    assert not is_password("un lapin bleu", kept)


def test_who_finds_the_pool_full_is_told_at_once_and_the_next_one_is_served(monkeypatch: pytest.MonkeyPatch):
    """The hash is made to wait, so that the pool is full for sure."""
    begun, go_on = threading.Event(), threading.Event()

    def waiting(_text: str, _kept: str) -> bool:
        begun.set()
        return go_on.wait(10)

    monkeypatch.setattr(passwords, "is_password", waiting)
    pool = HashingPool(threads=1, queue=0)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(pool.is_password, "a", "b")
        assert begun.wait(10)
        with pytest.raises(PoolFull):
            pool.is_password("a", "b")
        go_on.set()
        assert first.result()
    assert pool.is_password("a", "b")
    pool.close()
