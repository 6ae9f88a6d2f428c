# QUIT is answered with 221 at any time, and then the connection ends. (RFC 5321 4.1.1.10)
alone
S: 220 office.example *
C: QUIT
S: 221 2.0.0 office.example *
S: closed
log: disconnect reason=quit
