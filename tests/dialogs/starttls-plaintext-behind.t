# A command in clear after the 220 is no handshake, and is never answered. (RFC 3207 6)
tls
C: STARTTLS
S: 220 2.0.0 *
C: EHLO client.example
handshake fails
log: tls result=fail reason=*
log: disconnect *
