"""What was said, added up by hour and day, so that long times are told without reading each piece of it."""
