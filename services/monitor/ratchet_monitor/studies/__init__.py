"""Experiments that people set up: versions, templates or models beside each other. (Rollouts: `experiments.py`.)"""
