# A bare LF ends no command: both halves are one bad line. (RFC 5321 2.3.8)
alone
C: NOOP\nNOOP
S: 500 5.5.2 *
C: NOOP
S: 250 2.0.0 *
