"""The interviewer's screen: a pure controller, a view of it, and what runs them."""
