"""What administrators see and change."""
