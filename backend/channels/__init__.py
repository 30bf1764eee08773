"""The room where orders come in: channels, their adapters, and what each channel hears back."""
