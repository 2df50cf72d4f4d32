"""Commands that prove whose a number is, by a code that is sent there and told to the agent."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from gateway.channels.base import Template
from gateway.egress.access import Viewer
from gateway.errors import NotFound, Refused, TooMany
from gateway.events import new_id
from gateway.store import Reader, Tx
from gateway.stream import codes
from gateway.stream.codes import CODE_LETTER, CODE_SUBJECT, CODE_TEXT, Proven
from gateway.stream.envelope import Wanted
from gateway.stream.people import LOCALE
from gateway.stream.post import Post
from gateway.stream.proofs import MASK
from inbox.auth.access import access_contact, access_conversation, hold_conversation
from inbox.commands.conversations import OnConversation
from inbox.commands.delivering import AccountName
from inbox.commands.table import Asked, Done, command
from inbox.commands.writing import capabilities
from inbox.fitting import Id, Sent
from inbox.recipients import address_of
from inbox.templates import content_of

LONGEST = max(len(CODE_TEXT.en), len(CODE_TEXT.ko))
"""Characters, which must go in one part."""
HEARD_AT = """select e.last_inbound_at from endpoints e join identities i on i.id = e.identity_id
    where e.account_id = $1 and i.space = $2 and i.address = $3"""
CODES = "AUTHENTICATION"
"""The category of templates that carry a code; https://developers.facebook.com/docs/whatsapp/business-management-api/\
authentication-templates"""


class SendCode(OnConversation):
    account: AccountName
    address: Annotated[str, Field(min_length=1, max_length=200)]
    """The number, as it is known or as an agent has typed it."""


class ConfirmCode(Sent):
    proof: Id
    code: Annotated[str, Field(min_length=1, max_length=20)]


class CodeSent(Done):
    proof: str
    """Of which the code is told."""
    address: str
    """As it is written to."""


class Confirmed(Done):
    left: int | None
    """The code was wrong, and so many may still be tried; null: it was right."""
    proven: bool
    """The number is the conversation's contact's from now on."""
    merge: str | None
    """The number was nobody's yet: by this it is taken back."""
    other: str | None
    """The number is this contact's, who may be merged with the conversation's; null also where the caller may not know
    her."""


@command()
async def send_code(asked: Asked, args: SendCode) -> CodeSent:
    """Send a code of six digits to a number, in the customer's language. It is valid for ten minutes and five tries.
    422 `errors.already_proven`, `errors.opted_out`, `errors.code_no_template`; 429 for more than a few to one number.
    """
    row = await asked.store.read(lambda look: access_conversation(look, asked.viewer, args.conversation))
    can, to = capabilities(asked, args.account), address_of(asked.desk.channels, args.account, args.address)
    if not can.may_start or (can.part_length or can.text_length) < LONGEST:
        raise Refused("errors.may_not_start", f"{args.account} cannot write first")
    # What will be refused counts against nobody; nor does one agent's number that has had enough of another's.
    await asked.store.read(lambda look: codes.check_code(look, row["contact_id"], args.account, to))
    if wait := asked.desk.rates.code_number.wait(to):
        raise TooMany("errors.code_often", retry_after=wait)

    async def look_up(look: Reader) -> tuple[str | None, int | None]:
        locale = await look.value(LOCALE, row["contact_id"])
        return locale or ("ko" if to.address.startswith("+82") else None), await look.value(
            HEARD_AT, args.account, to.space, to.address
        )

    locale, heard_at = await asked.store.read(look_up)
    what = Post("", asked.by, new_id(), CODE_TEXT.for_reader(locale).format(code=MASK))
    if can.subject:
        titled = Wanted(subject=CODE_SUBJECT.for_reader(locale))
        what = replace(what, text=CODE_LETTER.for_reader(locale).format(code=MASK), wanted=titled)
    try:
        can.check_window(heard_at, asked.desk.clock())
    except Refused:
        template = await _template(asked, args.account, locale)
        values = dict.fromkeys(template.variables, MASK)
        content = content_of(template, values)
        what = Post("", asked.by, what.client_id, template.filled(values), content=content)
    await asked.desk.rates.code_sends.admit(asked.caller.agent_id, text="errors.code_often")
    await asked.desk.rates.code_number.admit(to, text="errors.code_often")

    async def verb(tx: Tx) -> str:
        held = await hold_conversation(tx, asked.viewer, row["id"])
        return await codes.send_code(tx, asked.store.secret, held.id, args.account, to, what)

    proof, position = await asked.write(verb)
    return {"proof": proof, "address": to.address, "position": position}


@command()
async def confirm_code(asked: Asked, args: ConfirmCode) -> Confirmed:
    """The customer has told the code: a right one proves the number and joins it to the conversation's contact. Where
    the number is another contact's, nobody is merged: that is asked for. 422 `errors.code_over`,
    `errors.code_tries`."""
    code = "".join(args.code.split())

    async def verb(tx: Tx) -> Proven:
        await hold_conversation(tx, asked.viewer, await codes.code_place(tx, args.proof))
        return await codes.try_code(tx, asked.store.secret, args.proof, code, asked.by)

    told, position = await asked.write(verb)
    other = told.other and await asked.store.read(lambda look: _known(look, asked.viewer, told.other or ""))
    proven = told.left is None and told.other is None
    return {
        "left": told.left,
        "proven": proven,
        "merge": told.merge,
        "other": other or None,
        "position": position,
    }


async def _template(asked: Asked, account: str, locale: str | None) -> Template:
    """An approved one for codes, in her language if there is one. Raises Refused, Away."""
    language = (locale or "en").partition("-")[0].lower()
    found = [
        one
        for one in await asked.desk.templates.of(account)
        if one.may_be_sent and one.category.upper() == CODES and len(one.variables) == 1
    ]
    found.sort(key=lambda one: one.language.lower().replace("_", "-").partition("-")[0] != language)
    if not found:
        raise Refused("errors.code_no_template", f"{account} has no approved template for codes")
    return found[0]


async def _known(look: Reader, viewer: Viewer, contact: str) -> str | None:
    try:
        return str((await access_contact(look, viewer, contact))["id"])
    except NotFound:
        return None
