"""3 BLINK: makes the labels on a picker's walk blink, whatever radio they hang on."""
