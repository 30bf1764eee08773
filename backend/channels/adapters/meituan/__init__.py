"""Meituan Shangou (美团闪购): the open platform for retailers, signed with sorted parameters."""
