"""Every claim, in the order in which they are tried: one module and one line each."""

from dmp.assure import (
    bomb,
    canary,
    corrupt,
    disk,
    failover,
    fuzz,
    idor,
    kill,
    load,
    log,
    mask,
    once,
    power,
    restore,
    saml,
    slow,
)
from dmp.assure.claim import Claim

CLAIMS: tuple[Claim, ...] = (
    once.CLAIM,
    kill.CLAIM,
    power.CLAIM,
    failover.CLAIM,
    disk.CLAIM,
    restore.CLAIM,
    slow.CLAIM,
    log.CLAIM,
    mask.CLAIM,
    idor.CLAIM,
    corrupt.CLAIM,
    canary.CLAIM,
    fuzz.CLAIM,
    bomb.CLAIM,
    saml.CLAIM,
    load.CLAIM,
)
