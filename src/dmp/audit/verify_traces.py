#!/usr/bin/env python3
"""Check a file of traces, offline, with nothing but Python: «vérification des traces».

    python verify_traces.py FILE [--key HEX] [--earlier OLDER_FILE]

FILE is an export of the whole log (`dmp-traces-1`) or the receipt of one
person (`dmp-receipt-1`). Every leaf, disclosed text, root, head, signature and
proof is computed again. `--key` is the public key of the service, as it is
published: without it, compare the fingerprint that is printed. `--earlier` is
an older file of the same service: what it saw must still be there, unchanged.

Exit status: 0 all is proven; 1 something is not, the first broken line is
named; 2 the command or a file cannot be used.

This file imports nothing of the service that it checks.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from pathlib import Path

LOG, RECEIPT = "dmp-traces-1", "dmp-receipt-1"
FIRST = "0" * 64
EMPTY_ROOT = sha256(b"").digest()
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
HEX = re.compile(r"(?:[0-9a-f]{2})*")
LARGEST = 2**63


class Broken(Exception):
    """What is not proven, in two languages, and where; line 0 is the file as a whole."""

    def __init__(self, line: int, french: str, english: str):
        """Say it."""
        super().__init__(english)
        self.line, self.french, self.english = line, french, english


# -- Ed25519 (RFC 8032), strict: canonical encodings only, no point of small order

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T of the twisted Edwards curve."""
NEUTRAL: Point = (0, 1, 1, 0)


def add(one: Point, two: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4)."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(point: Point) -> Point:
    """Add a point to itself (RFC 8032, 5.1.4)."""
    a, b = point[0] * point[0] % P, point[1] * point[1] % P
    h = a + b
    e = h - (point[0] + point[1]) ** 2 % P
    g = a - b
    f = 2 * point[2] * point[2] % P + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def decode(octets: bytes) -> Point | None:
    """Read a point; None when the encoding is not the canonical one of a point (RFC 8032, 5.1.3)."""
    number = int.from_bytes(octets, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode(point: Point) -> bytes:
    """Write a point (RFC 8032, 5.1.2)."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or NEUTRAL
"""The point B, whose y is 4/5."""


def is_small(point: Point) -> bool:
    """Tell a point whose order divides 8: it would accept signatures of nobody."""
    eightfold = double(double(double(point)))
    return eightfold[0] % P == 0 and (eightfold[1] - eightfold[2]) % P == 0


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Verify an Ed25519 signature: S in range, and R again exactly from S·B - k·A."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, s = decode(public_key), int.from_bytes(signature[32:], "little")
    if key is None or is_small(key) or s >= ORDER:
        return False
    k = int.from_bytes(sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    minus_key: Point = (P - key[0], key[1], key[2], P - key[3])
    both = add(BASE, minus_key)
    total = NEUTRAL
    for bit in reversed(range(253)):
        total = double(total)
        in_s, in_k = s >> bit & 1, k >> bit & 1
        if in_s or in_k:
            total = add(total, both if in_s and in_k else BASE if in_s else minus_key)
    return encode(total) == signature[:32]


# -- Merkle tree (RFC 9162)


def commitment(salt: bytes, text: bytes) -> bytes:
    """What a leaf says of a text."""
    return sha256(b"\x02" + salt + text).digest()


def leaf_hash(sequence: int, committed: bytes) -> bytes:
    """Hash of a leaf."""
    return sha256(b"\x00" + sequence.to_bytes(8, "big") + committed).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """A tree that grows: the roots of its complete subtrees."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        count = self.size
        while count & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            count >>= 1
        self.peaks.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root as it stands."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof (RFC 9162, 2.1.3.2)."""
    if index >= size:
        return False
    node, place, last = leaf, index, size - 1
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(old: "Head", new: "Head", path: Sequence[bytes]) -> bool:
    """Check a consistency proof between two trees of different sizes, neither empty (RFC 9162, 2.1.4.2)."""
    steps = list(path) if old.size & (old.size - 1) else [old.root, *path]
    if not steps:
        return False
    place, last = old.size - 1, new.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old.root and after == new.root


# -- Lines


@dataclass(frozen=True)
class Line:
    """One line of the file: a JSON object, in the one spelling that is accepted."""

    number: int
    members: dict[str, object]

    def broken(self, french: str, english: str) -> Broken:
        """What is wrong on this line."""
        return Broken(self.number, french, english)

    @property
    def type(self) -> str:
        """What the line is."""
        return self.text("type")

    def only(self, *names: str) -> None:
        """Refuse a line that has other members than these."""
        if set(self.members) != {"type", *names}:
            raise self.broken("champs manquants ou inconnus", "missing or unknown members")

    def text(self, name: str) -> str:
        """A text."""
        value = self.members.get(name)
        if not isinstance(value, str):
            raise self.broken(f"{name} n'est pas un texte", f"{name} is not a text")
        return value

    def number_of(self, name: str) -> int:
        """A whole number, not negative."""
        value = self.members.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < LARGEST:
            raise self.broken(f"{name} n'est pas un nombre", f"{name} is not a number")
        return value

    def octets(self, name: str, size: int) -> bytes:
        """Octets in lower-case hexadecimal."""
        return self._hex(name, self.text(name), size)

    def path(self) -> list[bytes]:
        """The hashes of a proof."""
        value = self.members.get("path")
        if not isinstance(value, list):
            raise self.broken("path n'est pas une liste", "path is not a list")
        return [self._hex("path", step, 32) for step in value]

    def time(self, name: str) -> str:
        """A time in UTC."""
        value = self.text(name)
        if not TIME.fullmatch(value):
            raise self.broken(f"{name} n'est pas une heure", f"{name} is not a time")
        return value

    def _hex(self, name: str, value: object, size: int) -> bytes:
        if not isinstance(value, str) or len(value) != 2 * size or not HEX.fullmatch(value):
            raise self.broken(f"{name} n'a pas la forme attendue", f"{name} has not the form expected")
        return bytes.fromhex(value)


def read_lines(path: Path) -> Iterable[Line]:
    """The lines of a file, one at a time."""
    with path.open("rb") as file:
        for number, octets in enumerate(file, start=1):
            yield read_line(number, octets)


def read_line(number: int, octets: bytes) -> Line:
    """Read one line; a second spelling of the same thing is refused, doubled members too."""
    if not octets.endswith(b"\n"):
        raise Broken(number, "ligne incomplète : le fichier est tronqué", "incomplete line: the file is cut short")
    try:
        members = json.loads(octets)
        again = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    except (ValueError, RecursionError):
        raise Broken(number, "ligne illisible", "unreadable line") from None
    if not isinstance(members, dict) or again + b"\n" != octets:
        raise Broken(number, "ligne qui n'a pas la forme attendue", "line that has not the form expected")
    return Line(number, members)


# -- What a file says


@dataclass(frozen=True)
class Head:
    """A signed tree head."""

    line: int
    size: int
    root: bytes
    at: str
    octets: bytes


@dataclass(frozen=True)
class Seen:
    """A leaf that the file shows, and the line that shows it."""

    line: int
    hash: bytes


@dataclass
class Copy:
    """Everything that one file proves."""

    key: bytes
    complete: bool
    last_line: int = 1
    heads: dict[int, Head] = field(default_factory=dict)
    leaves: dict[int, Seen] = field(default_factory=dict)
    unlinked: list[Head] = field(default_factory=list)
    texts: int = 0
    told: dict[int, str] = field(default_factory=dict)
    certificates: int = 0

    @property
    def newest(self) -> Head:
        """The head of the largest tree; a file that was checked has one."""
        return self.heads[max(self.heads)]


def check(path: Path, key: bytes | None) -> Copy:
    """Check a whole file by itself, and keep what it proves.

    Raises:
        Broken: the first thing that is not proven.
        OSError: the file cannot be read.
    """
    lines = iter(read_lines(path))
    header = next(lines, None)
    if header is None:
        raise Broken(0, "le fichier est vide", "the file is empty")
    copy = read_header(header, key)
    take = take_log_line(copy) if copy.complete else take_receipt_line(copy)
    for line in lines:
        copy.last_line = line.number
        take(line)
    if not copy.heads:
        raise Broken(copy.last_line, "aucune tête signée : rien n'est prouvé", "no signed head: nothing is proven")
    if copy.unlinked:
        raise Broken(copy.last_line, "tête sans lien avec la précédente", "head without link to the one before")
    if copy.complete and copy.newest.size != len(copy.leaves):
        raise Broken(copy.last_line, "traces que rien ne scelle en fin de fichier", "unsealed traces at the end")
    return copy


def read_header(line: Line, key: bytes | None) -> Copy:
    """Read the first line and compare its key with the one that is trusted."""
    if line.type != "header":
        raise line.broken("la première ligne n'est pas un en-tête", "the first line is no header")
    line.only("format", "public_key", "exported_at")
    line.time("exported_at")
    name, found = line.text("format"), line.octets("public_key", 32)
    if name not in (LOG, RECEIPT):
        raise line.broken("format inconnu", "unknown format")
    if key is not None and found != key:
        raise line.broken("la clé n'est pas celle du service", "the key is not the one of the service")
    return Copy(found, complete=name == LOG)


def take_log_line(copy: Copy) -> Callable[[Line], None]:
    """How to take the lines of a whole log: leaves one after the other, each head right after its last leaf."""
    tree = Tree()
    previous = FIRST

    def take(line: Line) -> None:
        nonlocal previous
        if line.type == "leaf":
            take_leaf(line, copy, tree)
        elif line.type == "head":
            head = read_head(line, copy.key)
            if line.text("previous") != previous:
                raise line.broken("cette tête ne suit pas la précédente", "this head does not follow the one before")
            if (head.size, head.root) != (tree.size, tree.root) or head.size in copy.heads:
                raise line.broken("la racine ne correspond pas aux traces", "the root does not match the traces")
            previous = sha256(head.octets).hexdigest()
            copy.heads[head.size] = head
        else:
            raise line.broken("type de ligne inattendu", "unexpected type of line")

    return take


def take_leaf(line: Line, copy: Copy, tree: Tree) -> None:
    """Check a leaf of the log: dense sequence, and the text when it is disclosed."""
    told = "text" in line.members
    line.only("sequence", "commitment", *(("salt", "text") if told else ()))
    sequence, committed = line.number_of("sequence"), line.octets("commitment", 32)
    if sequence != tree.size:
        raise line.broken(f"trace {tree.size} attendue", f"trace {tree.size} expected")
    if told and committed_text(line) != committed:
        raise line.broken("le texte n'est pas celui qui a été scellé", "the text is not the one that was sealed")
    copy.texts += told
    copy.leaves[sequence] = Seen(line.number, leaf_hash(sequence, committed))
    tree.append(copy.leaves[sequence].hash)


def take_receipt_line(copy: Copy) -> Callable[[Line], None]:
    """How to take the lines of a receipt: linked heads, then entries proven under the newest one."""
    waiting = copy.unlinked

    def take(line: Line) -> None:
        if waiting and line.type != "consistency":
            raise line.broken("tête sans lien avec la précédente", "head without link to the one before")
        if line.type == "head" and not copy.leaves:
            head = read_head(line, copy.key)
            if copy.heads and head.size <= copy.newest.size:
                raise line.broken("têtes dans le désordre", "heads out of order")
            waiting.extend([copy.newest, head] if copy.heads else [])
            copy.heads[head.size] = head
        elif line.type == "consistency" and waiting:
            take_link(line, waiting[0], waiting[1])
            waiting.clear()
        elif line.type == "entry" and copy.heads and not copy.certificates:
            take_entry(line, copy, copy.newest)
        elif line.type == "certificate":
            take_certificate(line, copy)
        else:
            raise line.broken("type de ligne inattendu", "unexpected type of line")

    return take


def take_link(line: Line, old: Head, new: Head) -> None:
    """Check that the newer tree only appended to the older one."""
    line.only("old", "new", "path")
    if (line.number_of("old"), line.number_of("new")) != (old.size, new.size):
        raise line.broken("ce lien ne joint pas ces deux têtes", "this link does not join these heads")
    if not is_consistent(old, new, line.path()):
        raise line.broken("la nouvelle tête a changé le passé", "the newer head changed the past")


def take_entry(line: Line, copy: Copy, head: Head) -> None:
    """Check a trace of a receipt: its text, or its commitment where the text is withheld, and its place in the tree."""
    told = "text" in line.members
    line.only("sequence", "path", *(("salt", "text") if told else ("commitment",)))
    sequence = line.number_of("sequence")
    if copy.leaves and sequence <= max(copy.leaves):
        raise line.broken("traces dans le désordre", "traces out of order")
    leaf = leaf_hash(sequence, committed_text(line) if told else line.octets("commitment", 32))
    if not is_included(leaf, sequence, head.size, line.path(), head.root):
        raise line.broken("cette trace n'est pas dans l'arbre signé", "this trace is not in the signed tree")
    copy.leaves[sequence] = Seen(line.number, leaf)
    if told:
        copy.told[sequence] = line.text("text")
        copy.texts += 1


def take_certificate(line: Line, copy: Copy) -> None:
    """Check a certificate of erasure: signed, and held by a trace that this file proves."""
    line.only("sequence", "text", "signature")
    text = ascii_text(line)
    if not is_signed(copy.key, text, line.octets("signature", 64)):
        raise line.broken("la signature du certificat est fausse", "the signature of the certificate is wrong")
    if sha256(text).hexdigest() not in copy.told.get(line.number_of("sequence"), ""):
        raise line.broken("aucune trace ne porte ce certificat", "no trace holds this certificate")
    copy.certificates += 1


def committed_text(line: Line) -> bytes:
    """The commitment that a disclosed text must have."""
    return commitment(line.octets("salt", 32), ascii_text(line))


def ascii_text(line: Line) -> bytes:
    """The octets of a text."""
    try:
        return line.text("text").encode("ascii")
    except UnicodeEncodeError:
        raise line.broken("text n'est pas en ASCII", "text is not ASCII") from None


def read_head(line: Line, key: bytes) -> Head:
    """Read a head and check its signature."""
    line.only("size", "root", "at", "previous", "signature")
    size, root, at = line.number_of("size"), line.octets("root", 32), line.time("at")
    line.octets("previous", 32)
    texts = ("dmp-tree-head-1", str(size), root.hex(), at, line.text("previous"))
    octets = "".join(f"{text}\n" for text in texts).encode("ascii")
    if size == 0 or not is_signed(key, octets, line.octets("signature", 64)):
        raise line.broken("la signature de cette tête est fausse", "the signature of this head is wrong")
    return Head(line.number, size, root, at, octets)


# -- One file against an older one


def compare(current: Copy, earlier: Copy) -> None:
    """Check that what an older file saw is still there: no fork, nothing cut off, no old copy.

    Raises:
        Broken: the first line of the current file that disagrees.
    """
    newest, known = current.newest, earlier.newest
    if current.key != earlier.key:
        raise Broken(1, "la clé n'est pas celle de l'ancien fichier", "the key is not the one of the earlier file")
    for sequence, seen in sorted(current.leaves.items()):
        if sequence in earlier.leaves and earlier.leaves[sequence].hash != seen.hash:
            raise Broken(seen.line, "trace différente dans l'ancien fichier", "trace that differs in the earlier file")
    for size, head in sorted(current.heads.items()):
        if size in earlier.heads and earlier.heads[size].octets != head.octets:
            raise Broken(head.line, "deux têtes signées pour un même nombre de traces", "two heads signed for one size")
    if newest.size < known.size:
        french = f"copie ancienne ou tronquée : {known.size} traces étaient déjà scellées"
        raise Broken(current.last_line, french, f"old copy, or cut short: {known.size} traces were already sealed")
    require_link(current, earlier, known)


def require_link(current: Copy, earlier: Copy, known: Head) -> None:
    """Check that the newest head of the older file belongs to the past of the current one."""
    if known.size in current.heads:
        missing = [size for size in earlier.heads if size not in current.heads]
        if current.complete and missing:
            raise Broken(current.last_line, "une tête déjà signée a disparu", "a head that was signed is missing")
        return
    if current.complete:
        raise Broken(current.last_line, "une tête déjà signée a disparu", "a head that was signed is missing")
    french = f"rien ne relie ce reçu à la tête de {known.size} traces déjà connue"
    raise Broken(current.last_line, french, f"nothing links this receipt to the known head of {known.size} traces")


# -- Command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and say the verdict in French and English."""
    parser = argparse.ArgumentParser(description="Vérifie des traces / checks traces, offline.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--key", type=public_key, metavar="HEX", help="clé publique du service / its public key")
    parser.add_argument("--earlier", type=Path, metavar="OLDER_FILE", help="ancien fichier / an older file")
    options = parser.parse_args(arguments)
    name: Path = options.file
    try:
        current = check(name, options.key)
        if options.earlier is not None:
            name = options.earlier
            earlier = check(name, options.key)
            name = options.file
            compare(current, earlier)
    except Broken as broken:
        say(f"ÉCHEC {name}, ligne {broken.line} : {broken.french}.")
        say(f"FAILED {name}, line {broken.line}: {broken.english}.")
        return 1
    except OSError as error:
        say(f"Fichier inutilisable / unusable file: {error}")
        return 2
    report(current, trusted=options.key is not None)
    return 0


def public_key(text: str) -> bytes:
    """Read the key given on the command line."""
    if len(text) != 64 or not HEX.fullmatch(text.lower()):
        raise argparse.ArgumentTypeError("64 hex digits")
    return bytes.fromhex(text)


def report(copy: Copy, *, trusted: bool) -> None:
    """Say what was proven, and what the reader must still compare himself."""
    until = copy.newest.at
    say(f"OK : {len(copy.leaves)} traces, {copy.texts} textes, {len(copy.heads)} têtes signées, jusqu'au {until}.")
    say(f"OK: {len(copy.leaves)} traces, {copy.texts} texts, {len(copy.heads)} signed heads, up to {until}.")
    if copy.certificates:
        say(f"Certificats d'effacement prouvés : {copy.certificates}.")
        say(f"Certificates of erasure proven: {copy.certificates}.")
    if not trusted:
        print_of_key = sha256(copy.key).hexdigest()
        say(f"Empreinte de la clé, à comparer avec celle que publie le service : {print_of_key}")
        say(f"Fingerprint of the key, to compare with the one that the service publishes: {print_of_key}")


def say(sentence: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
