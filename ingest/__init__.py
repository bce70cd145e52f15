"""The door: who may send, what may come in, how much of it; nothing is acknowledged before it is durable."""
