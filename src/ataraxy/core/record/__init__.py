"""The append-only record: what an event is, how it is written as text, how events are chained."""
