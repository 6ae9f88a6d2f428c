# A client that talks before the greeting is answered in order. (RFC 5321 3.1)
alone
wait 0
C: NOOP
C: QUIT
S: 220 office.example *
S: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
