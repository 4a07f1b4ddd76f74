"""What is asked: the routing model that the telephone and the online survey share.

Pure: no database, no screen, no file, no clock.
"""
