# A client that stops in the middle of a login is timed out. (RFC 4954 4)
settings: login_timeout = 1s
account: alice sesame-open
C: AUTH LOGIN
S: 334 *
S: 421 4.4.2 *
S: closed
log: disconnect reason=timeout stage=auth
