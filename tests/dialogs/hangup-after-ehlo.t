# A client may hang up between commands. (RFC 5321 3.8)
alone
C: NOOP
S: 250 2.0.0 *
hang up
log: disconnect reason=hangup stage=command
