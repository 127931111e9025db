"""A day at the inbox with nothing but the client that is generated from openapi.json."""

import inspect
import os
import sys
import uuid

from remit_client import AuthenticatedClient
from remit_client import models
from remit_client.api import contacts, conversations, drafts, messages, search  # noqa: F401
from remit_client.api.contacts import get_contact
from remit_client.api.conversations import create_reply, get_conversation, list_conversations
from remit_client.api.messages import list_messages
from remit_client.api.search import search as find

client = AuthenticatedClient(base_url=os.environ["REMIT_URL"], token=os.environ["REMIT_KEY"], raise_on_unexpected_status=True)


def fail(words):
    print(f"smoke: {words}", file=sys.stderr)
    sys.exit(1)


def named(function):
    """The parameter by which a request is named, as the generator calls it."""
    return next(name for name in inspect.signature(function).parameters if name.startswith("idempotency"))


page = list_conversations.sync(client=client, limit=5)
if not isinstance(page, models.ConversationPage) or not page.data:
    fail(f"no conversations: {page}")
seen = {row.id for row in page.data}
if page.next_cursor:
    further = list_conversations.sync(client=client, limit=5, cursor=page.next_cursor)
    if seen & {row.id for row in further.data}:
        fail("a page repeats the one before")

chat = next((row for row in list_conversations.sync(client=client, limit=100).data if row.channel == "chat"), None)
if chat is None:
    fail("the demo has no chat")
contact = get_contact.sync(chat.contact.id, client=client)
if contact.id != chat.contact.id or not isinstance(contact.addresses, list):
    fail(f"not the contact: {contact}")
before = list_messages.sync(chat.id, client=client)
body = models.NewReply(body_text="From the generated client")
once = {named(create_reply.sync): str(uuid.uuid4())}
first = create_reply.sync(chat.id, client=client, body=body, **once)
again = create_reply.sync(chat.id, client=client, body=body, **once)
if not isinstance(first, models.Draft) or first.id != again.id:
    fail(f"sent twice: {first} {again}")
if not get_conversation.sync(chat.id, client=client).human_active:
    fail("a person wrote, and the AI is not silent")

problem = get_conversation.sync("cnv_none", client=client)
if not isinstance(problem, models.Problem) or problem.code != models.ErrorCode.NOT_FOUND:
    fail(f"what is not there is no problem: {problem}")
found = find.sync(client=client, q="nothing says this*")
if not isinstance(found, models.SearchPage):
    fail(f"search: {found}")
print(f"smoke: {len(before.data)} messages read, one reply sent once, one problem understood")
