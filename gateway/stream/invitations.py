"""Links that a reply carries to a customer: made for whom it goes to at the moment it goes, and standing nowhere.

In the field, in drafts and in messages there is a mask with a proof's id behind it. What stands in its place on the way
out is made of that id, of the message's and of the deployment's secret: copied into another message it is nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

from gateway.errors import Refused
from gateway.events import new_id
from gateway.store import Tx
from gateway.store.sealed import deployment_secret
from gateway.stream.proofs import FORGET, KEPT, LETTERS, LIFE, MAKE, MASK, WORD_LENGTH, Brings, hash_of

IN_TEXT = re.compile(rf"{MASK}(word|link)-([0-9a-z]{{26}})")
LINK_BYTES = 18
BIND = """update proofs set hash = $2, conversation_id = $3, identity_id = $4, message_id = $5, created_at = $6,
    expires_at = $7 where id = $1 and message_id is null and used_at is null"""


async def make_invitation(tx: Tx, kind: Brings, conversation: str, identity: str, account: str) -> str:
    """A fresh link or word to that account, which is nobody's until a reply goes; returns what `MASK` goes before."""
    proof = new_id()
    await tx.run(FORGET, tx.now - KEPT)
    times = tx.now, tx.now + LIFE
    # Of this hash nobody has the secret, nor had we.
    await tx.run(MAKE, proof, kind, secrets.token_hex(32), conversation, identity, account, *times)
    return f"{kind}-{proof}"


async def bind_invitations(tx: Tx, text: str, conversation: str, identity: str, message: str) -> None:
    """Those in a stored message are from now on for the identity that it goes to. Raises Refused: one has been sent
    before, or waited for longer than a day."""
    found = dict.fromkeys(IN_TEXT.findall(text)) if MASK in text else {}
    if not found:
        return
    secret = await deployment_secret(tx)
    for kind, proof in found:
        made = hash_of(secret, _brought(secret, kind, proof, message))
        place = conversation, identity, message, tx.now, tx.now + LIFE
        if not await tx.run(BIND, proof, made, *place):
            raise Refused("errors.invitation_over", f"{proof} was sent before, or is forgotten")


def filled(text: str, secret: bytes, message: str) -> str:
    """A message's text as whom it was written to is told it. Only for what goes to nobody else."""
    if MASK not in text:
        return text
    return IN_TEXT.sub(lambda found: _brought(secret, found[1], found[2], message), text)


def _brought(secret: bytes, kind: str, proof: str, message: str) -> str:
    drawn = hmac.digest(secret, f"parley {kind} {proof} {message}".encode(), hashlib.sha256)
    if kind == "word":
        return "".join(LETTERS[byte % len(LETTERS)] for byte in drawn[:WORD_LENGTH])
    return base64.urlsafe_b64encode(drawn[:LINK_BYTES]).decode()
