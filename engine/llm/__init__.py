"""Models: text that streams, answers in a given form, tokens counted, local servers found.

    from engine.llm import Client, Endpoint, Message, Model

    with Client() as client:
        model = Model(Endpoint("http://127.0.0.1:11434/v1"), "llama3.1")
        for piece in client.stream(model, [Message("user", "Good evening.")]):
            print(piece, end="")

Nothing here needs a server to be imported, and a server that fails raises a :class:`ModelError` of one sentence.
"""

from engine.llm.client import Client
from engine.llm.face import (
    LOCAL_PORTS,
    Ending,
    Endpoint,
    MalformedAnswer,
    Message,
    Model,
    ModelError,
    NoCredit,
    NoSuchModel,
    NotOffered,
    RateLimited,
    Reason,
    Reply,
    RequestRejected,
    Secret,
    ServerFailed,
    ServiceUnavailable,
    Stopped,
    Unauthorized,
    Unreachable,
    Usage,
)
from engine.llm.servers import FoundServer, find_servers
from engine.llm.settings import ModelSettings, Slot, load, save
from engine.llm.stream import ReadyReply, Stream
from engine.llm.structured import Answered, Failure
from engine.llm.tokens import Tokens, tokens

__all__ = [
    "LOCAL_PORTS",
    "Answered",
    "Client",
    "Ending",
    "Endpoint",
    "Failure",
    "FoundServer",
    "MalformedAnswer",
    "Message",
    "Model",
    "ModelError",
    "ModelSettings",
    "NoCredit",
    "NoSuchModel",
    "NotOffered",
    "RateLimited",
    "ReadyReply",
    "Reason",
    "Reply",
    "RequestRejected",
    "Secret",
    "ServerFailed",
    "ServiceUnavailable",
    "Slot",
    "Stopped",
    "Stream",
    "Tokens",
    "Unauthorized",
    "Unreachable",
    "Usage",
    "find_servers",
    "load",
    "save",
    "tokens",
]
