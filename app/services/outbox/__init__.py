"""The transactional outbox: messages, the jobs behind them, and mail."""
