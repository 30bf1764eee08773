"""What the phone knows and can do: observable, with verbs, without a page."""
