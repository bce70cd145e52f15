"""How data travels and where it rests: three ports, each with an adapter for production and one for a laptop."""
