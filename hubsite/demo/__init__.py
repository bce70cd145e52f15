"""What a newcomer finds: demo namespaces, people and a pipeline."""
