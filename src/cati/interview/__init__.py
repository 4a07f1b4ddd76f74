"""One respondent: the route for these answers; answer, back up, suspend, resume.

Pure: no database, no screen, no file, no clock.
"""
