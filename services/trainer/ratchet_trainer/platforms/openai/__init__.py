"""Tuning at OpenAI, or at a server that speaks as it does, by its own client."""
