"""Shapes of the customers' portal: the form, contacts, messages, who may use it."""

from __future__ import annotations

from marshmallow import fields, validate

from api.attachment_shapes import draft_ids
from api.shapes import Shape, Whole, YesNo, described, string
from api.sign_in_shapes import GuardShape, new_password
from api.ticket_asks import MAX_TEXT
from api.ticket_shapes import STANDINGS, instant, maybe
from engine.tickets.listing import SORTS


class AskedFieldShape(Shape):
    """A field that has to be filled."""

    field = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.String(required=True, **described("`text`, `number`, `date`, `choice` or `yes_no`."))
    choices = fields.List(fields.String(), required=True, **described("Of type `choice`."))


class ChoiceShape(Shape):
    """Something that can be chosen, and the fields that it asks for."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    fields_ = fields.List(fields.Nested(AskedFieldShape()), required=True, attribute="fields", data_key="fields")


class ClassificationShape(ChoiceShape):
    """A classification, and what can be chosen under it."""

    subclassifications = fields.List(fields.Nested(ChoiceShape()), required=True)


class PartShape(Shape):
    """Something that the form asks for."""

    part = fields.String(required=True, **described("The member of a new contact that it fills."))
    label = fields.String(required=True)
    required = fields.Boolean(required=True)


class TakenFilesShape(Shape):
    """Which files may come along."""

    max_files = fields.Integer(required=True)
    max_bytes = fields.Integer(required=True)
    suffixes = fields.List(fields.String(), required=True)


class FormShape(Shape):
    """The form, and everything it offers."""

    form = fields.String(required=True)
    label = fields.String(required=True)
    parts = fields.List(fields.Nested(PartShape()), required=True, **described("In the order in which they are asked."))
    classifications = fields.List(fields.Nested(ClassificationShape()), required=True)
    contact_forms = fields.List(fields.Nested(ChoiceShape()), required=True)
    attachments = fields.Nested(TakenFilesShape(), required=True)


class ContactAsk(Shape):
    """A form that was filled in. What is missing or does not fit is told by `errors`, in the form's own words."""

    classification = string(80, allow_none=True)
    subclassification = string(170, allow_none=True)
    contact_form = string(80, allow_none=True)
    contact_name = string(1_000, allow_none=True, metadata={"description": "Who is to be asked for."})
    contact_phone = string(1_000, allow_none=True, metadata={"description": "As people write it: `62 3774 3039`."})
    contact_email = string(1_000, allow_none=True)
    message = string(MAX_TEXT * 2, allow_none=True)
    fields_ = fields.Dict(
        keys=fields.String(),
        attribute="fields",
        data_key="fields",
        **described("Values of the fields that what was chosen asks for."),
    )
    attachments = draft_ids()


class ComplementAsk(Shape):
    """A further message. What is missing or does not fit is told by `errors`, all at once."""

    message = string(MAX_TEXT * 2, allow_none=True)
    attachments = draft_ids()


class LabelledShape(Shape):
    """Something that was chosen."""

    key = fields.String(required=True)
    label = fields.String(required=True)


class PortalFileShape(Shape):
    """A file that is shown."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    kind = fields.String(required=True)
    size = fields.Integer(required=True, **described("Bytes."))
    at = instant()
    ready = fields.Boolean(required=True, **described("It is checked, and can be downloaded."))
    url = fields.String(required=True)


class MessageShape(Shape):
    """Something that was said."""

    number = fields.Integer(required=True, **described("Grows with time, not without gaps."))
    at = instant()
    written_by = fields.String(required=True, validate=validate.OneOf(("customer", "staff")))
    author = fields.String(required=True, **described("A name that people know."))
    text = fields.String(required=True)
    attachments = fields.List(fields.Nested(PortalFileShape()), required=True)


class ListedContactShape(Shape):
    """A contact in a list."""

    protocol = fields.String(required=True)
    title = fields.String(required=True)
    standing = fields.String(required=True, validate=validate.OneOf(STANDINGS))
    situation = fields.String(required=True, **described("What the customer is told of it, in words."))
    classification = maybe("In words.")
    subclassification = maybe("In words.")
    opened_at = instant()
    changed_at = instant(description="The last change, or the last thing said.")


class ContactsShape(Shape):
    """A page of the customer's contacts, whoever of them opened each."""

    tickets = fields.List(fields.Nested(ListedContactShape()), required=True)
    next = maybe("Address of the page after; null on the last one.")
    cursor = maybe("What `next` puts into its query.")


class ContactPersonShape(Shape):
    """Who is to be asked for."""

    name = maybe()
    phone = maybe()
    email = maybe()


class FilledFieldShape(Shape):
    """A field that the form asked for, with its value now."""

    field = fields.String(required=True)
    label = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)


class StandingShape(Shape):
    """Where a contact stands."""

    protocol = fields.String(required=True)
    revision = fields.Integer(required=True)
    title = fields.String(required=True)
    standing = fields.String(required=True, validate=validate.OneOf(STANDINGS))
    situation = fields.String(required=True, **described("What the customer is told of it, in words."))
    next_step = maybe("What comes next, where the process says so.")
    opened_at = instant()
    changed_at = instant(description="The last change, or the last thing said.")


class ContactShape(StandingShape):
    """One contact, as its customer sees it."""

    opened_by = fields.String(required=True)
    classification = fields.Nested(LabelledShape(), required=True, allow_none=True)
    subclassification = fields.Nested(LabelledShape(), required=True, allow_none=True)
    contact_form = fields.Nested(LabelledShape(), required=True, allow_none=True)
    contact = fields.Nested(ContactPersonShape(), required=True, allow_none=True)
    fields_ = fields.List(fields.Nested(FilledFieldShape()), required=True, attribute="fields", data_key="fields")
    follows = maybe("Protocol of the contact that this one goes on from.")
    takes_messages = fields.Boolean(
        required=True, **described("It can be complemented; else a new one can go on from it (`…/follow-up`).")
    )
    messages = fields.List(fields.Nested(MessageShape()), required=True, **described("The first fifty, oldest first."))
    next = maybe("Address of further messages; null: these are all.")
    attachments = fields.List(
        fields.Nested(PortalFileShape()), required=True, **described("Everything that is shown, with a message or not.")
    )


class MessagesShape(Shape):
    """A page of messages, oldest first."""

    messages = fields.List(fields.Nested(MessageShape()), required=True)
    next = maybe("Address of the page after; null on the last one.")


class ComplementedShape(Shape):
    """The message, and where the contact stands now."""

    message = fields.Nested(MessageShape(), required=True)
    ticket = fields.Nested(StandingShape(), required=True)


class ContactsQuery(Shape):
    """Which contacts."""

    standing = fields.String(
        load_default="all",
        validate=validate.OneOf(("all", "open", "finished"), error="use um de: {choices}"),
        **described("`finished`: whatever is not open, cancelled ones too."),
    )
    text = string(200, metadata={"description": "Words of protocol, title or messages; accents and case mean nothing."})
    cursor = string(400, metadata={"description": "From the page before."})
    limit = Whole(1, 100, load_default=20)
    sort = fields.String(load_default="-opened_at", validate=validate.OneOf(tuple(SORTS), error="use um de: {choices}"))


class MessagesQuery(Shape):
    """Which messages."""

    after = Whole(0, 2_147_483_647, load_default=0, **described("The last number already seen."))
    limit = Whole(1, 100, load_default=50)


class CompanyShape(Shape):
    """For whom somebody is here."""

    key = fields.String(required=True)
    name = fields.String(required=True)


class PortalSessionShape(GuardShape):
    """Who is signed in, and for which customer."""

    name = fields.String(required=True)
    email = fields.String(required=True)
    admin = fields.Boolean(required=True, **described("May invite and remove colleagues."))
    customer = fields.Nested(CompanyShape(), required=True)


class AccountShape(Shape):
    """Somebody of the customer who may use the portal."""

    id = fields.String(required=True)
    name = maybe("Null or masked for whoever of the staff may not see it.")
    email = maybe("Null or masked for whoever of the staff may not see it.")
    admin = fields.Boolean(required=True, **described("May invite and remove colleagues."))
    active = fields.Boolean(required=True, **described("Has set a password."))
    invited_at = instant()


class AccountsShape(Shape):
    """Those who may use the portal, by name."""

    people = fields.List(fields.Nested(AccountShape()), required=True)


class PortalInviteAsk(Shape):
    """Somebody to be invited."""

    name = string(200, 1, required=True)
    email = string(254, 3, required=True)
    admin = YesNo(load_default=False, **described("May invite and remove colleagues."))
    mail = YesNo(load_default=False, **described("Leave word that the invitation is to be mailed."))


class AppointAsk(Shape):
    """Whether somebody administers the customer's accounts."""

    admin = YesNo(required=True, **described("May invite and remove colleagues."))


class PortalInvitedShape(AccountShape):
    """Who was invited, and the text that sets their password; told this once."""

    token = fields.String(required=True, **described("For `POST /portal/v1/invitations/accept`; good once."))
    ends_at = instant()


class PortalPasswordAsk(Shape):
    """The present password and the new one."""

    present = string(1_000, 1, required=True, metadata={"format": "password"})
    password = new_password(required=True)
