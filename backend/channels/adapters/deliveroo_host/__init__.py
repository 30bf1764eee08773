"""Plays Deliveroo: callbacks signed with a guid, rejections of what nobody begins, new ids for amended items."""
