# A sending half that is closed without QUIT ends the connection after the replies. (RFC 5321 3.8)
alone
C: NOOP
half close
S: 250 2.0.0 *
S: closed
log: disconnect reason=hangup
