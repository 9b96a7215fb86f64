"""Makes each call of the API with the client generated from fixtures/api/openapi.yaml, against `twin serve`."""

import os

from twin_client import AuthenticatedClient
from twin_client.api.escalations import list_escalations, resolve_escalation
from twin_client.api.knowledge_base import create_document, delete_document, get_document, list_documents
from twin_client.api.stats import get_stats
from twin_client.api.twin import ask
from twin_client.models import Error, NewDocument, Question, Resolve, ResolveStatus

client = AuthenticatedClient(base_url=os.environ["TWIN_BASE_URL"], token=os.environ["TWIN_API_KEY"])


def done(call, status, **arguments):
    answer = call.sync_detailed(client=client, **arguments)
    assert answer.status_code == status, answer
    assert int(answer.headers["x-ratelimit-limit"]) > 0, answer.headers
    assert answer.parsed is not None, answer
    return answer.parsed


answer = done(ask, 200, body=Question(message="What is the expense policy for a $200 SaaS tool?", asked_by="Jordan M."))
assert 0 <= answer.confidence <= 1 and answer.sources and not answer.should_escalate, answer
escalated = done(ask, 200, body=Question(message="Can you approve the $15k contract with Acme?"))
assert escalated.should_escalate and escalated.escalate_reason, escalated

created = done(create_document, 201, body=NewDocument(title="Generated", content="Made by a generated client.")).doc
assert created.title == "Generated" and created.type_.value == "sop", created
assert done(get_document, 200, id=created.id).doc.content == "Made by a generated client."
listed = done(list_documents, 200, limit=1)
assert [document.id for document in listed.docs] == [created.id] and listed.total > 1, listed
assert done(delete_document, 200, id=created.id).deleted
assert isinstance(done(get_document, 404, id=created.id), Error)

open_ones = done(list_escalations, 200)
assert open_ones.total == 1 and open_ones.escalations[0].question.startswith("Can you approve"), open_ones
resolved = done(resolve_escalation, 200, id=open_ones.escalations[0].id, body=Resolve(status=ResolveStatus.RESOLVED))
assert resolved.escalation.status.value == "resolved" and resolved.escalation.resolved_at, resolved

stats = done(get_stats, 200)
assert (stats.total_answered, stats.total_escalated) == (2, 1), stats
assert isinstance(done(ask, 400, body=Question(message=" ")), Error)
print("all 8 calls: as described")
