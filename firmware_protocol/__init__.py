"""What both sides of the wire agree on: messages, frames, states, units."""
