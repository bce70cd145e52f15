"""The SDK: it tells what functions read and write, and never gets in their way."""
