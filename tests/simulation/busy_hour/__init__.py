"""A busy hour of the demo store, planned three ways: nothing but walks and promises, no server, no labels."""
