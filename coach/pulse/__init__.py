"""The team pulse: a short anonymous survey, what it may show, and how sure that is."""
