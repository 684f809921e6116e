"""Vectors from texts, and the model behind them."""
