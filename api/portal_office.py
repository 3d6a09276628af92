"""What the staff do about the portal, over HTTP: the form in use, customers' accounts, what came with a contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g
from marshmallow import fields

from api import commands
from api import portal_examples as examples
from api import portal_shapes as shapes
from api.openapi import Doors
from api.portal_dumps import account_body
from api.portal_people import invited, one_account
from api.registry_examples import CHANGE
from api.registry_shapes import RegistryChangeShape
from api.shapes import Shape, described, string
from api.ticket_shapes import instant, maybe
from engine.portal import accounts
from engine.portal.office import ReadPortalContact, read_portal_contact
from engine.registry.choosing import ChooseForm, ReadChoice, choose_form, read_choice

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response

    from engine.people.links import Made
    from engine.unit import Answer

doors = Doors("portal", description="The customers' portal, as the staff look after it")


class FormChoiceAsk(Shape):
    """The form that customers shall get."""

    form = string(80, 1, required=True, metadata={"description": "A key of the registry `intake_forms`."})


class ChosenFormShape(Shape):
    """The form that customers get."""

    form = maybe("Null: nobody chose one yet, and no contact can be opened.")


class FormChoiceShape(ChosenFormShape):
    """The form that customers get, those there are, and who chose what."""

    offered = fields.List(fields.String(), required=True, **described("Keys of `intake_forms`."))
    history = fields.List(fields.Nested(RegistryChangeShape()), required=True, **described("The newest first."))


class PortalContactShape(Shape):
    """What came with a contact that was opened in the portal."""

    form = fields.String(required=True)
    classification = fields.String(required=True, **described("In words, as registered now."))
    subclassification = maybe("In words.")
    contact_form = maybe("In words: how the customer wants to be answered.")
    contact_name = maybe("Null, too, for whoever may not see it.")
    contact_phone = maybe("Null or masked, too, for whoever may not see it.")
    contact_email = maybe("Null or masked, too, for whoever may not see it.")
    follows = maybe("Protocol of the contact that it goes on from.")


class ResetShape(Shape):
    """A text that sets a new password; told this once."""

    token = fields.String(required=True, **described("For `POST /portal/v1/password-resets/accept`; good once."))
    ends_at = instant()


_CONTACT = {
    "form": "central",
    "classification": "Boletos e pagamentos",
    "subclassification": "Segunda via de boleto",
    "contact_form": None,
    "contact_name": "Rita Alves",
    "contact_phone": "+556237743039",
    "contact_email": "rita@padaria.example",
    "follows": None,
}


@doors.door(
    "GET",
    "/portal/form",
    gives=FormChoiceShape(),
    example={"form": "central", "offered": ["central", "crm"], "history": [CHANGE]},
)
def read_portal_form() -> Response:
    """Read which form customers get."""
    found = commands.read(read_choice, ReadChoice())
    return commands.shown({"form": found.form, "offered": [one.key for one in found.forms], "history": found.history})


@doors.door(
    "PUT",
    "/portal/form",
    takes=FormChoiceAsk(),
    taken={"form": "crm"},
    gives=ChosenFormShape(),
    example={"form": "crm"},
)
def choose_portal_form(asked: dict[str, Any]) -> Response:
    """Choose the form that customers get.

    Contacts that were opened with another one stay as they are.
    """
    return commands.run(choose_form, ChooseForm(**asked), lambda form: commands.answer(200, {"form": form}))


@doors.door(
    "GET",
    "/customers/<key>/portal-accounts",
    gives=shapes.AccountsShape(),
    example={"people": [examples.ACCOUNT]},
    refusals=(404,),
)
def list_portal_accounts(key: str) -> Response:
    """List who of a customer may use the portal."""
    found = commands.read(accounts.list_accounts, accounts.ListAccounts(customer=key))
    return commands.shown({"people": [account_body(one) for one in found]})


@doors.door(
    "POST",
    "/customers/<key>/portal-accounts",
    takes=shapes.PortalInviteAsk(),
    taken=examples.INVITE_ASK | {"admin": True},
    status=201,
    gives=shapes.PortalInvitedShape(),
    example=examples.INVITED | {"admin": True},
    refusals=(404, 409),
)
def invite_to_portal(asked: dict[str, Any], key: str) -> Response:
    """Invite somebody of a customer to the portal.

    The first one should administer the others: whoever does invites and removes colleagues without the staff.
    """
    return commands.run(accounts.invite, accounts.Invite(customer=key, **asked), invited, secret=g.secret)


@doors.door(
    "PATCH",
    "/customers/<key>/portal-accounts/<uuid:account>",
    takes=shapes.AppointAsk(),
    taken={"admin": True},
    gives=shapes.AccountShape(),
    example=examples.ACCOUNT | {"active": True, "admin": True},
    refusals=(404,),
)
def appoint_portal_admin(asked: dict[str, Any], key: str, account: UUID) -> Response:
    """Let somebody of a customer administer its accounts.

    Or take that back, also from the last one who does.
    """
    return commands.run(accounts.appoint, accounts.Appoint(customer=key, account=account, **asked), one_account)


@doors.door(
    "DELETE",
    "/customers/<key>/portal-accounts/<uuid:account>",
    gives=shapes.AccountShape(),
    example=examples.ACCOUNT,
    refusals=(404,),
)
def remove_from_portal(key: str, account: UUID) -> Response:
    """Remove somebody of a customer from the portal.

    Their sessions end at once; what they wrote stays.
    """
    return commands.run(accounts.remove, accounts.Remove(customer=key, account=account), one_account)


@doors.door(
    "POST",
    "/customers/<key>/portal-accounts/<uuid:account>/reset",
    takes=Shape(),
    taken={},
    status=201,
    gives=ResetShape(),
    example={"token": examples.RESET, "ends_at": examples.INVITED["ends_at"]},
    refusals=(404, 409),
)
def reset_portal_password(asked: dict[str, Any], key: str, account: UUID) -> Response:
    """Make a text with which somebody of a customer sets a new password.

    For who forgot theirs; hand it to them on a way that is theirs alone.
    """

    def made(link: Made) -> Answer:
        return commands.answer(201, {"token": link.text, "ends_at": link.ends_at})

    return commands.run(accounts.reset, accounts.Reset(customer=key, account=account, **asked), made, secret=g.secret)


@doors.door(
    "GET",
    "/tickets/<protocol>/portal-contact",
    gives=PortalContactShape(),
    example=_CONTACT,
    refusals=(404,),
)
def read_contact_of_ticket(protocol: str) -> Response:
    """Read what came with a contact from the portal.

    Who is to be asked for, and how. 404 `no_portal_contact` if the ticket was not opened there.
    """
    return commands.shown(commands.read(read_portal_contact, ReadPortalContact(ticket=protocol)))
