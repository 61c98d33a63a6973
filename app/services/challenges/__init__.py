"""What happens to a challenge: checked, saved, moved, closed; its versions, workshops and submissions."""
