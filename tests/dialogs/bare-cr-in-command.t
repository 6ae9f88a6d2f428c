# A bare CR ends no command. (RFC 5321 2.3.8)
alone
C: NOOP x\rQUIT
S: 501 5.5.2 *CR LF*
C: NOOP\r\r\n\
S: 501 5.5.2 *CR LF*
C: NOOP
S: 250 2.0.0 *
