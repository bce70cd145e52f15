"""What must happen because of policy: what a clock or a person asks for, as tasks."""
