"""T-LOG (security 14): random tamperings of an exported log, all of them found offline by the verifier."""

import random

from audit_builders import KEY, OTHER_KEY, Log, public
from dmp.assure.tampering import TAMPERINGS, Copies
from dmp.audit.verify_traces import Broken, check, compare

SEED, TRIALS = 20260302, 735
LOG = Log(60).exported()
OLDER = [Log(size).exported() for size in range(10, 60, 10)]
NEWER = Log(80).exported()
COPIES = Copies(LOG, OLDER, KEY.sign, OTHER_KEY.sign, public(OTHER_KEY))


def is_found(lines, earlier, folder):
    path, older = folder / "log.jsonl", folder / "witness.jsonl"
    path.write_bytes(b"".join(lines))
    try:
        current = check(path, public(KEY))
        if earlier is not None:
            older.write_bytes(b"".join(earlier))
            compare(current, check(older, public(KEY)))
    except Broken:
        return True
    return False


def test_every_random_tampering_is_found(tmp_path):
    rng, found, tried = random.Random(SEED), 0, 0  # noqa: S311
    kinds = list(TAMPERINGS)
    while tried < TRIALS:
        tamper = kinds[tried % len(kinds)]
        lines = tamper(rng, COPIES)
        if b"".join(lines) == b"".join(LOG):
            continue
        tried += 1
        assert is_found(lines, LOG if TAMPERINGS[tamper] else None, tmp_path), (SEED, tried, tamper.__name__)
        found += 1
    print(f"T-LOG: {found} of {tried} tamperings found, seed {SEED}")  # noqa: T201
    assert found == TRIALS


def test_the_log_itself_is_accepted_by_the_same_check(tmp_path):
    assert not is_found(LOG, LOG, tmp_path)
    assert not is_found(NEWER, LOG, tmp_path)
