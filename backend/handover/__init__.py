"""Orders that leave the store: bags counted again, a PIN or a code shown, proof kept."""
