"""OTLP/HTTP: two encodings in, one out; split so that a trace, or a service's metrics, keeps its order in the log."""
