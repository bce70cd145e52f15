"""One module per page, each with the views of that page alone."""
