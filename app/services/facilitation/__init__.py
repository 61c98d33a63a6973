"""The facilitator's work: the queue, decisions and undo, moderation, and the mails that follow."""
