# HELO is answered with one line and no extension. (RFC 5321 4.1.1.1)
alone
S: 220 office.example *
C: HELO client.example
S: 250 office.example
C: NOOP
S: 250 2.0.0 *
