"""The conversation between a phone and the backend, without sockets: envelopes and the session both ends run."""
