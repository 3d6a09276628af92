"""Profiles and their rules as things people own: changed, carried over, explained, supposed, written as text."""
