"""What can be done to a record: the transactions of the DMP, told apart as the rights matrix tells them."""

from enum import StrEnum


class Verb(StrEnum):
    """One right to ask for (functional 3.3). The value is the key of the matrix and what the trace keeps."""

    TEST_RECORD = "TD0.2"
    AUTHORISE = "TD0.3-authorise"
    RENOUNCE = "TD0.3-renounce"
    BECOME_ATTENDING = "TD0.3-become-attending"
    LEAVE_ATTENDING = "TD0.3-leave-attending"
    OPEN_RECORD = "TD1.1"
    REOPEN_RECORD = "TD1.2"
    READ_IDENTITY = "TD1.3a"
    CHANGE_IDENTITY = "TD1.3b"
    CLOSE_RECORD = "TD1.4"
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
