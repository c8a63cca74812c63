"""Vectors by a model that is installed here: it runs on this machine's processor, in a process of its own."""
