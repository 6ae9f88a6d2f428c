# A service that is stopped waits for no handshake, and says nothing in clear. (RFC 3207 4)
tls
C: STARTTLS
S: 220 2.0.0 *
wait 0.2
signal: TERM
S: closed
log: disconnect reason=signal stage=tls
