"""What labels show: price cards, drawn for each kind of display."""
