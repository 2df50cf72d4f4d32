"""A small house of mail with real SMTP: mailboxes of the shop's customers, their server, and their programs.

It knows nothing of Parley's own reading and writing of mails: what comes is read, and what goes is written, by the
standard library alone, as a stranger's server and program would. `office` is the house, `page` what a browser sees.
"""
