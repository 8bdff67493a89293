"""T-LOG (security 14): random tamperings of an exported log, all of them found offline by the verifier."""

import json
import random

from audit_builders import KEY, OTHER_KEY, Log, public
from dmp.audit.verify_traces import Broken, check, compare

SEED, TRIALS = 20260302, 735
LOG = Log(60)
EXPORTED = LOG.exported()
NEWER = Log(80).exported()


def spelt(members):
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def edit(rng, lines):
    """One member of one line takes another value, spelt as it should be."""
    place = rng.randrange(1, len(lines))
    members = json.loads(lines[place])
    name = rng.choice(sorted(set(members) - {"type"}))
    value = members[name]
    if isinstance(value, int):
        members[name] = value + rng.choice([-1, 1, 7])
    else:
        at = rng.randrange(len(value))
        members[name] = value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]
    return [*lines[:place], spelt(members), *lines[place + 1 :]]


def delete(rng, lines):
    """A line is gone, or a run of lines, before the last head."""
    place = rng.randrange(1, len(lines) - 1)
    count = rng.choice([1, 1, 2, 5])
    return [*lines[:place], *lines[min(place + count, len(lines) - 1) :]]


def delete_and_renumber(rng, lines):
    """A leaf is gone and those after it are renumbered, as a careful forger would."""
    leaves = [place for place, line in enumerate(lines) if b'"type":"leaf"' in line]
    gone = rng.choice(leaves)
    out = []
    for place, line in enumerate(lines):
        members = json.loads(line)
        if place > gone and members["type"] == "leaf":
            members["sequence"] -= 1
        if place != gone:
            out.append(spelt(members))
    return out


def insert(rng, lines):
    """A line too many: a copy of another one, or an invented leaf."""
    place = rng.randrange(1, len(lines) + 1)
    invented = spelt({"type": "leaf", "sequence": place - 1, "commitment": rng.randbytes(32).hex()})
    return [*lines[:place], rng.choice([rng.choice(lines), invented]), *lines[place:]]


def reorder(rng, lines):
    """Two different lines change places."""
    one, two = rng.sample(range(len(lines)), 2)
    out = list(lines)
    out[one], out[two] = out[two], out[one]
    return out


def swap_contents(rng, lines):
    """Two leaves change places and keep their numbers."""
    leaves = [place for place, line in enumerate(lines) if b'"type":"leaf"' in line]
    one, two = rng.sample(leaves, 2)
    first, second = json.loads(lines[one]), json.loads(lines[two])
    first["sequence"], second["sequence"] = second["sequence"], first["sequence"]
    out = list(lines)
    out[one], out[two] = spelt(second), spelt(first)
    return out


def truncate(rng, lines):
    """The end is cut off, at any octet: at the end of a head only an earlier copy can tell."""
    octets = b"".join(lines)
    return [octets[: rng.randrange(len(octets))]]


def truncate_at_a_head(rng, lines):
    """The end is cut off right after a head: what is left is a perfect, shorter log."""
    heads = [place for place, line in enumerate(lines) if b'"type":"head"' in line]
    return lines[: rng.choice(heads[:-1]) + 1]


def fork(rng, lines):
    """Another history from some leaf on, signed with the right key: somebody inside."""
    return Log(60, word=f"fork {rng.random()}", fork=rng.randrange(60)).exported()


def resign(rng, lines):
    """Another history, sealed again by somebody who has not the key."""
    return Log(60, word=f"forged {rng.random()}", fork=rng.randrange(60), key=OTHER_KEY).exported()


def old_copy(rng, lines):
    """An export of some time ago is shown as if it were today's."""
    return Log(rng.randrange(1, 8) * 10).exported()


TAMPERINGS = {
    edit: None,
    delete: None,
    delete_and_renumber: None,
    insert: None,
    reorder: None,
    swap_contents: None,
    resign: None,
    truncate: EXPORTED,
    truncate_at_a_head: EXPORTED,
    fork: EXPORTED,
    old_copy: NEWER,
}
"""What is done to the log, and the copy that a witness holds where the file alone cannot tell."""


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
        lines = tamper(rng, EXPORTED)
        if b"".join(lines) == b"".join(EXPORTED):
            continue
        tried += 1
        assert is_found(lines, TAMPERINGS[tamper], tmp_path), (SEED, tried, tamper.__name__)
        found += 1
    print(f"T-LOG: {found} of {tried} tamperings found, seed {SEED}")  # noqa: T201
    assert found == TRIALS


def test_the_log_itself_is_accepted_by_the_same_check(tmp_path):
    assert not is_found(EXPORTED, EXPORTED, tmp_path)
    assert not is_found(NEWER, EXPORTED, tmp_path)
