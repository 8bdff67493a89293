"""What can be done to a record: the transactions of the DMP, told apart as the rights matrix tells them."""

from enum import StrEnum


class Verb(StrEnum):
    """One right to ask for (functional 3.3). The value is the key of the matrix and what the trace keeps."""

    TEST_RECORD = "TD0.2"
    AUTHORISE = "TD0.3-authorise"
    RENOUNCE = "TD0.3-renounce"
    BECOME_ATTENDING = "TD0.3-become-attending"
    LEAVE_ATTENDING = "TD0.3-leave-attending"
    LIST_RECORDS = "TD0.4"
    FIND_PATIENTS = "TD0.5"
    OPEN_RECORD = "TD1.1"
    REOPEN_RECORD = "TD1.2"
    READ_IDENTITY = "TD1.3a"
    CHANGE_IDENTITY = "TD1.3b"
    CLOSE_RECORD = "TD1.4"
    CREATE_ACCOUNT = "TD1.5a"
    CHANGE_CHANNEL = "TD1.5b"
    RENEW_ACCOUNT = "TD1.5d"
    CLOSE_ACCOUNT = "account-close"
    LIST_AUTHORISATIONS = "TD1.6"
    SUBMIT = "TD2.1"
    REPLACE = "TD2.1-replace"
    FIND = "TD3.1"
    FIND_REFERENCE = "TD3.1-reference"
    READ = "TD3.2"
    MASK = "TD3.3a-mask"
    UNMASK = "TD3.3a-unmask"
    RELEASE = "TD3.3b"
    HIDE_FROM_GUARDIANS = "TD3.3a-guardians"
    RELEASE_TO_GUARDIANS = "TD3.3b-guardians"
    DELETE = "TD3.3c"
    ARCHIVE = "TD3.3d-archive"
    UNARCHIVE = "TD3.3d-unarchive"
    REMOVE_METADATA = "ITI-62"
    REMOVE_DOCUMENTS = "ITI-86"
    HOLD_RECORD = "legal-hold"
    LIFT_HOLD = "legal-hold-lift"
    PROPOSE_MERGE = "merge-propose"
    CONFIRM_MERGE = "merge-confirm"
    PROPOSE_SPLIT = "split-propose"
    CONFIRM_SPLIT = "split-confirm"
    LIST_RETENTION = "retention-list"
    DESTROY_RECORD = "record-destroy"
    NAME_DELEGATE = "delegate-name"
    REVOKE_DELEGATE = "delegate-revoke"
    LEAVE_DELEGATION = "delegate-leave"
    LIST_PEOPLE = "people"
    DECLARE_REPRESENTATIVE = "representative-declare"
    END_REPRESENTATIVE = "representative-end"
    OPPOSE_HEIRS = "heirs-oppose"
    ASK_AS_HEIR = "heir-ask"
    LIST_HEIRS = "heir-list"
    DECIDE_ON_HEIR = "heir-decide"
    AUTHORISE_OTHER = "authorise-other"
    """Let in somebody else than oneself: the holder, or a professional whom he told so (PT-10, AR-4)."""
    WITHDRAW = "authorise-withdraw"
    BLOCK = "block"
    UNBLOCK = "unblock"
    CONFIRM_ATTENDING = "attending-confirm"
    REMOVE_ATTENDING = "attending-remove"
    CHOOSE_FOR_EMERGENCIES = "emergency-wishes"
    HIDE_EVERYTHING = "hide-everything"
    DECLARE_CARE = "care-team-declare"
    OPPOSE_CARE = "care-team-oppose"
    OPPOSE_OPENING = "opening-oppose"
    CLOSE_ALERT = "alert-close"
    PROPOSE_CLEARANCE = "clearance-propose"
    CONFIRM_CLEARANCE = "clearance-confirm"
    ASK_ABOUT_ACCESS = "access-ask"
    ANSWER_QUESTION = "access-answer"
    SEARCH_DIRECTORY = "directory-search"
    """Look for a professional or a structure by name or number, of whom no record says anything yet (PT-10)."""
    LIST_CASES = "case-list"
    """See the emergency accesses to one's own record and what their review found."""
    REVIEW_CASE = "case-review"
    """See what is to be reviewed in one's structure, and review it."""
    VIEW_LOG = "log"
    """Read the access history, or take it away with its proofs (PT-8)."""
    KEEP_NOTES = "notes"
    """Read and write one's private notes (PT-6)."""
    KEEP_PROFILE = "health-profile"
    """Read and write the medical profile that is not published yet (PT-6)."""
    VIEW_SETTINGS = "settings"
    """See what one has chosen: where codes go, what one is told, for emergencies (PT-3, PT-9)."""
    COPY_RECORD = "record-copy"
    """Take away all of the record that one may read (LC-14)."""
    ASK_DESTRUCTION = "destruction-ask"
    """Ask for a closed record to be destroyed, or take that back (LC-11)."""
    SIMULATE = "simulate"
    """See what a kind of people sees («voir comme»)."""
    SIMULATE_PERSON = "simulate-person"
    """See what somebody in particular sees: it tells whom the holder authorised and blocked."""

    __hash__ = str.__hash__
    """The hash that an Enum has of its own is slow."""


SIMULATIONS = (Verb.SIMULATE, Verb.SIMULATE_PERSON)
CHANGES = frozenset(
    {
        Verb.MASK,
        Verb.UNMASK,
        Verb.RELEASE,
        Verb.HIDE_FROM_GUARDIANS,
        Verb.RELEASE_TO_GUARDIANS,
        Verb.DELETE,
        Verb.ARCHIVE,
        Verb.UNARCHIVE,
    }
)
"""What ITI-57 does to documents (TD3.3)."""
