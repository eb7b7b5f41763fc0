"""Chat: turns, what they write and do, their events on the way to those who watch."""
