"""What happens to a firm's profile, and what the firm is recommended."""
