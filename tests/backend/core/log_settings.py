"""Logging is one for the whole process: whoever sets it up in a test puts it back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

SERVER_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.access")


@contextmanager
def logging_put_back() -> Iterator[None]:
    """Whatever happens inside to structlog and to the standard library's logging is undone.

    Servers that other tests ran in this process may have kept their loggers to themselves; inside they are as new.
    """
    names = [None, "uvicorn.access", "httpx", "httpcore", "websockets"]
    levels = {name: logging.getLogger(name).level for name in names}
    handlers, settings = logging.getLogger().handlers, structlog.get_config()
    kept = {name: (logging.getLogger(name).propagate, logging.getLogger(name).handlers) for name in SERVER_LOGGERS}
    for name in SERVER_LOGGERS:
        logging.getLogger(name).propagate, logging.getLogger(name).handlers = True, []
    try:
        yield
    finally:
        for name, (propagate, own_handlers) in kept.items():
            logging.getLogger(name).propagate, logging.getLogger(name).handlers = propagate, own_handlers
        logging.getLogger().handlers = handlers
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        structlog.configure(**settings)
        structlog.contextvars.clear_contextvars()
