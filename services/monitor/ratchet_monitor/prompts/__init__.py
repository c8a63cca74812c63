"""Prompt templates: how each does, which is better, which can go."""
