# QUIT in TLS: 221, close_notify, and only then the end. (RFC 5321 4.1.1.10, RFC 8446 6.1)
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
C: QUIT
S: 221 2.0.0 *
S: closed
log: tls result=ok
log: disconnect reason=quit
