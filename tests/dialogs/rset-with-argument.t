# RSET and QUIT take no argument; NOOP takes any. (RFC 5321 4.1.1.5, 4.1.1.9, 4.1.1.10)
alone
C: RSET now
S: 501 5.5.4 *
C: QUIT now
S: 501 5.5.4 *
C: NOOP whatever it may be
S: 250 2.0.0 *
