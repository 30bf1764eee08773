"""One file per thing on a screen: values and callbacks in, controls out."""
