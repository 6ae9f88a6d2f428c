# A bare CR ends no command. (RFC 5321 2.3.8)
alone
C: NOOP\rQUIT
S: 500 5.5.2 *
C: NOOP\r\r\n\
S: 500 5.5.2 *
C: NOOP
S: 250 2.0.0 *
