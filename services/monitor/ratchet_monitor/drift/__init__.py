"""Has something changed? Two windows of time compared, and streams watched as they come. Pure decisions throughout."""
