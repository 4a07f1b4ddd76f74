"""The supervisor's screen: the shift as it happens, call backs, cases and their repairs, progress, quality."""
