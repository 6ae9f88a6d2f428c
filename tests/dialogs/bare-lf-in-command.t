# A bare LF ends no command: both halves are one bad line. (RFC 5321 2.3.8)
alone
C: NOOP x\nNOOP
S: 501 5.5.2 *CR LF*
C: NOOP
S: 250 2.0.0 *
