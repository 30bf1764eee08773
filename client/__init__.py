"""What a shop or a platform needs to speak to a store: orders in, events out, webhooks checked. Asynchronous."""

from client.errors import RequestRefused, SignatureWrong, StoreUnreachable, StreamRefused
from client.orders import OrdersClient
from client.stream import OrderStream
from client.webhooks import read_webhook

__all__ = [
    "OrderStream",
    "OrdersClient",
    "RequestRefused",
    "SignatureWrong",
    "StoreUnreachable",
    "StreamRefused",
    "read_webhook",
]
