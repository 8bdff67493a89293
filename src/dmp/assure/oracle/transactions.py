"""The functional rights matrix, transcribed: which column may do what (functional 3.3, xds-wire 9.5).

A cell is `y`, `-`, `own` (documents that he wrote or signed: y6, y8), `its`
(documents of the structure: y5, y9), `?` (the rules do not say).
"""

from collections.abc import Mapping
from enum import StrEnum

from dmp.record.actor import Authentication
from dmp.record.verb import Verb


class Column(StrEnum):
    """A column of the published matrix."""

    PS_NORMAL = "PSn"
    PS_REGULATION = "PSr"
    PS_BREAK_GLASS = "PSb"
    DOCTOR_NORMAL = "Mn"
    DOCTOR_REGULATION = "Mr"
    DOCTOR_BREAK_GLASS = "Mb"
    OCCUPATIONAL = "MdT"
    ATTENDING_NORMAL = "MTn"
    ATTENDING_BREAK_GLASS = "MTb"
    STAFF = "CPE"
    STRUCTURE_NORMAL = "ESn"
    STRUCTURE_REGULATION = "ESr"


class Cell(StrEnum):
    """What a column may do."""

    YES = "y"
    NO = "-"
    OWN = "own"
    ITS = "its"
    UNTOLD = "?"


_DIRECT: tuple[tuple[Verb, str, str], ...] = (
    #                            PSn PSr PSb  Mn  Mr  Mb  MdT MTn MTb CPE ESn ESr
    (Verb.TEST_RECORD, "           y   y   y   y   y   y   y   y   y   y   y   y", "functional 3.3 TD0.2; LC-7"),
    (Verb.AUTHORISE, "             y   -   -   y   -   -   -   y   -   y   -   -", "functional 3.3 TD0.3, y1"),
    (Verb.RENOUNCE, "              y   -   -   y   -   -   -   y   -   -   -   -", "functional 3.3 TD0.3 remove own"),
    (Verb.BECOME_ATTENDING, "      -   -   -   y   -   -   -   y   -   -   -   -", "DEC-1; AR-8"),
    (Verb.LEAVE_ATTENDING, "       -   -   -   -   -   -   -   y   -   -   -   -", "functional 3.3 TD0.3 remove MT"),
    (Verb.OPEN_RECORD, "           y   -   -   y   -   -   -   y   -   y   y   -", "LC-3; xds-wire 9.1"),
    (
        Verb.REOPEN_RECORD,
        "         y   -   -   y   -   -   -   y   -   y   ?   -",
        "functional 1.5, 4 TD1.2; xds-wire 9.1",
    ),
    (Verb.READ_IDENTITY, "         y   y   y   y   y   y   y   y   y   y   y   y", "functional 3.3 TD1.3a"),
    (
        Verb.CHANGE_IDENTITY,
        "       y   -   -   y   -   -   -   y   -   y   ?   -",
        "functional 1.5, 4 TD1.3b; xds-wire 9.1",
    ),
    (
        Verb.CLOSE_RECORD,
        "          y   -   -   y   -   -   -   y   -   y   ?   -",
        "functional 1.5, 4 TD1.4; xds-wire 9.1",
    ),
    (Verb.LIST_RECORDS, "          y   y   y   y   y   y   y   y   y   y   y   -", "functional 3.3 TD0.4, y2, y3"),
    (Verb.FIND_PATIENTS, "         -   y   -   -   y   -   -   -   -   -   -   y", "functional 3.3 TD0.5"),
    (Verb.CREATE_ACCOUNT, "        y   -   -   y   -   -   -   y   -   y   -   -", "PT-2, PT-18; functional 4 TD1.5a"),
    (Verb.CHANGE_CHANNEL, "        y   -   -   y   -   -   -   y   -   y   -   -", "PT-18; functional 4 TD1.5b"),
    (Verb.RENEW_ACCOUNT, "         y   -   -   y   -   -   -   y   -   y   -   -", "PT-18; functional 4 TD1.5d"),
    (Verb.LIST_AUTHORISATIONS, "   y   -   -   y   -   -   y   y   -   -   -   -", "functional 3.3 TD1.6"),
    (Verb.AUTHORISE_OTHER, "       y   -   -   y   -   -   -   y   -   -   -   -", "AR-4; DEC-26: by the portal"),
    (Verb.BLOCK, "                 -   -   -   -   -   -   -   y   -   -   -   -", "AR-6; AR-7"),
    (Verb.DECLARE_CARE, "          y   -   -   y   -   -   -   y   -   y   -   -", "AR-3; DEC-26: the structure"),
    (Verb.SEARCH_DIRECTORY, "      y   -   -   y   -   -   y   y   -   y   -   -", "PT-10, PT-18: in person"),
    (
        Verb.VIEW_LOG,
        "              y   -   -   y   -   -   y   y   -   y   -   -",
        "LOG-2, DEC-30: his own acts; MT all",
    ),
    (Verb.SUBMIT, "                y   y   y   y   y   y   y   y   y   y   y   y", "functional 3.3 TD2.1, TD2.2, y4"),
    (
        Verb.REPLACE,
        "             own own own own own own own own own its its its",
        "DEC-6, DEC-7; functional 3.3 TD2.1",
    ),
    (Verb.FIND, "                  y   y   y   y   y   y   y   y   y   -   -   -", "functional 3.3 TD3.1"),
    (
        Verb.FIND_REFERENCE,
        "        y   y   y   y   y   y   y   y   y its its its",
        "functional 3.3 TD3.1 reference, y5",
    ),
    (Verb.READ, "                  y   y   y   y   y   y   -   y   y   -   -   -", "functional 3.3 TD3.2"),
    (Verb.MASK, "                  y   -   -   y   -   -   y   y   -   -   -   -", "functional 3.3 TD3.3a mask"),
    (Verb.UNMASK, "              own   -   - own   -   - own   y   -   -   -   -", "functional 3.3 TD3.3a unmask, y8"),
    (Verb.RELEASE, "               y   -   -   y   -   -   y   y   -   -   -   -", "functional 3.3 TD3.3b"),
    (Verb.HIDE_FROM_GUARDIANS, "   y   -   -   y   -   -   y   y   -   -   -   -", "DEC-15; functional 3.3 TD3.3a"),
    (Verb.RELEASE_TO_GUARDIANS, "own   -   - own   -   - own own   -   -   -   -", "DEC-15; functional 3.3 TD3.3b"),
    (Verb.DELETE, "              own own own own own own own own own its its its", "functional 3.3 TD3.3c, y8, y9"),
    (Verb.ARCHIVE, "             own   -   - own   y   y own   y   y   -   -   -", "functional 3.3 TD3.3d, y8"),
    (Verb.UNARCHIVE, "           own   -   - own   y   y own   y   y   -   -   -", "functional 3.3 TD3.3d, y8"),
)
"""Direct and indirect mode. The four acts of record management are not in the table of 2024 any more: a stand-alone
service keeps them (xds-wire 9.1), in normal mode, since an emergency mode gives what the table says (security 8). Read
so: the occupational doctor has none of them (AR-12), and what a structure may do beyond opening is not told."""

_AIR: tuple[tuple[Verb, str, str], ...] = (
    #                            PSn PSr PSb  Mn  Mr  Mb  MdT MTn MTb  PE ESn ESr
    (Verb.LEAVE_ATTENDING, "       -   -   -   -   -   -   -   -   -   -   -   -", "DEC-14; xds-wire 9.5 AIR"),
    (Verb.AUTHORISE_OTHER, "       -   -   -   -   -   -   -   -   -   -   -   -", "DEC-26: by the portal, in person"),
    (Verb.BLOCK, "                 -   -   -   -   -   -   -   -   -   -   -   -", "AR-7: by the portal, in person"),
    (Verb.DECLARE_CARE, "          -   -   -   -   -   -   -   -   -   -   -   -", "DEC-26: by the portal, in person"),
    (Verb.SUBMIT, "                -   -   -   -   -   -   -   -   -   -   -   -", "functional 1.5 AIR: no feeding"),
    (Verb.REPLACE, "               -   -   -   -   -   -   -   -   -   -   -   -", "functional 1.5 AIR: no feeding"),
    (Verb.ARCHIVE, "             own   -   -   y   y   y own   y   y   -   -   -", "DEC-14; xds-wire 9.5 AIR"),
    (Verb.UNARCHIVE, "           own   -   -   y   y   y own   y   y   -   -   -", "DEC-14; xds-wire 9.5 AIR"),
)
"""What «authentification indirecte renforcée» changes."""

Row = tuple[Mapping[Column, Cell], str]


def _read(rows: tuple[tuple[Verb, str, str], ...]) -> dict[Verb, Row]:
    return {
        verb: ({column: Cell(cell) for column, cell in zip(Column, cells.split(), strict=True)}, clause)
        for verb, cells, clause in rows
    }


_BY_CARD = _read(_DIRECT)
MATRIX: Mapping[Authentication, Mapping[Verb, Row]] = {
    Authentication.DIRECT: _BY_CARD,
    Authentication.INDIRECT: _BY_CARD,
    Authentication.REINFORCED: _BY_CARD | _read(_AIR),
}
"""Who was authenticated how, and the rows that hold then."""

HOLDERS: Mapping[Verb, str] = {
    Verb.TEST_RECORD: "LC-7",
    Verb.READ_IDENTITY: "functional 4 TD1.3a: any actor",
    Verb.CLOSE_RECORD: "LC-9, PT-17",
    Verb.CHANGE_CHANNEL: "PT-3",
    Verb.VIEW_LOG: "LOG-2, DEC-30",
    Verb.LIST_CASES: "AR-9, DEC-30",
    Verb.LIST_AUTHORISATIONS: "PT-10",
    Verb.SUBMIT: "PT-5",
    Verb.REPLACE: "PT-5: own",
    Verb.FIND: "PT-5",
    Verb.FIND_REFERENCE: "PT-5",
    Verb.READ: "PT-5",
    Verb.MASK: "DEC-16",
    Verb.UNMASK: "AR-23",
    Verb.RELEASE_TO_GUARDIANS: "DEC-15: lifted by the minor",
    Verb.DELETE: "DEC-17: own deposits",
    Verb.ARCHIVE: "DEC-16, DEC-17: own deposits",
    Verb.UNARCHIVE: "DEC-16, DEC-17: own deposits",
    Verb.AUTHORISE_OTHER: "PT-10",
    Verb.WITHDRAW: "PT-10",
    Verb.BLOCK: "AR-6, PT-10",
    Verb.UNBLOCK: "AR-6, PT-10",
    Verb.CONFIRM_ATTENDING: "DEC-1",
    Verb.REMOVE_ATTENDING: "DEC-1",
    Verb.CHOOSE_FOR_EMERGENCIES: "AR-9, AR-10, PT-3",
    Verb.HIDE_EVERYTHING: "AR-24",
    Verb.OPPOSE_CARE: "AR-3: has not objected",
    Verb.NAME_DELEGATE: "PT-11",
    Verb.REVOKE_DELEGATE: "PT-11: revocable at once",
    Verb.OPPOSE_HEIRS: "LC-13: unless the deceased objected",
    Verb.KEEP_NOTES: "PT-6",
    Verb.KEEP_PROFILE: "PT-6",
    Verb.VIEW_SETTINGS: "PT-3, PT-9: his own",
    Verb.COPY_RECORD: "LC-14, DEC-5",
    Verb.ASK_DESTRUCTION: "LC-11",
}
"""What the holder does in his own record."""
HOLDER_ALONE = frozenset(
    {
        Verb.NAME_DELEGATE,
        Verb.REVOKE_DELEGATE,
        Verb.OPPOSE_HEIRS,
        Verb.KEEP_NOTES,
        Verb.VIEW_SETTINGS,
        Verb.ASK_DESTRUCTION,
    }
)
"""What nobody does in his stead (DEC-29, L.1110-4 V, PT-6, LC-11); taking back is also done at the desk."""
HOLDER_DECIDES = frozenset(
    {
        Verb.WITHDRAW,
        Verb.UNBLOCK,
        Verb.CONFIRM_ATTENDING,
        Verb.REMOVE_ATTENDING,
        Verb.CHOOSE_FOR_EMERGENCIES,
        Verb.HIDE_EVERYTHING,
        Verb.OPPOSE_CARE,
        Verb.LIST_CASES,
        Verb.KEEP_PROFILE,
        Verb.COPY_RECORD,
    }
)
"""What no professional does for him; his representative does (LC-15)."""
HOLDER_UNTOLD = frozenset({Verb.REOPEN_RECORD, Verb.CHANGE_IDENTITY, Verb.OPEN_RECORD})
"""What the rules neither give nor refuse him."""

_OWN_LIST = Verb.LIST_AUTHORISATIONS
"""A representative would read whom a minor let in secretly (AR-21)."""
REPRESENTATIVES = frozenset(HOLDERS) - {Verb.RELEASE_TO_GUARDIANS, Verb.CHANGE_CHANNEL, _OWN_LIST} - HOLDER_ALONE
"""What a legal representative does in the holder's stead (LC-15)."""
REPRESENTATIVE_UNTOLD = HOLDER_UNTOLD | {Verb.CLOSE_RECORD}

RUNNING = frozenset(
    {
        Verb.REMOVE_METADATA,
        Verb.REMOVE_DOCUMENTS,
        Verb.HOLD_RECORD,
        Verb.LIFT_HOLD,
        Verb.PROPOSE_MERGE,
        Verb.CONFIRM_MERGE,
        Verb.PROPOSE_SPLIT,
        Verb.CONFIRM_SPLIT,
        Verb.LIST_RETENTION,
        Verb.DESTROY_RECORD,
        Verb.DECLARE_REPRESENTATIVE,
        Verb.END_REPRESENTATIVE,
        Verb.LIST_HEIRS,
        Verb.DECIDE_ON_HEIR,
        Verb.CLOSE_ACCOUNT,
        Verb.CLOSE_ALERT,
        Verb.PROPOSE_CLEARANCE,
        Verb.CONFIRM_CLEARANCE,
        Verb.REMIND,
        Verb.INVITE,
    }
)
"""Removals, legal holds, merges, destruction: for those who run the service (LC-18, xds-wire 7.6, 7.7)."""
WITHOUT_RECORD = frozenset({Verb.LIST_RECORDS, Verb.FIND_PATIENTS, Verb.SEARCH_DIRECTORY})
"""Acts that name no patient (xds-wire 9.4, functional 4 TD0.5, PT-10)."""
UNTOLD = frozenset(Verb) - frozenset(_BY_CARD) - RUNNING - HOLDER_ALONE - HOLDER_DECIDES
"""Acts of this service on which the rules are silent."""

CONTENTS = (
    Verb.REPLACE,
    Verb.FIND,
    Verb.FIND_REFERENCE,
    Verb.READ,
    Verb.MASK,
    Verb.UNMASK,
    Verb.RELEASE,
    Verb.HIDE_FROM_GUARDIANS,
    Verb.RELEASE_TO_GUARDIANS,
    Verb.DELETE,
    Verb.ARCHIVE,
    Verb.UNARCHIVE,
)
"""Acts on a document."""
DOORS = (Verb.FIND, Verb.FIND_REFERENCE, Verb.READ, Verb.MASK, Verb.DELETE)
"""Those that are asked of the record first."""
SEARCHES = (Verb.FIND, Verb.FIND_REFERENCE, Verb.READ)
"""Those that lead to a document."""
