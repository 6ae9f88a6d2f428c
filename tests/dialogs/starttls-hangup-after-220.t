# A client that leaves instead of a handshake leaves nothing behind. (RFC 3207 4)
tls
C: STARTTLS
S: 220 2.0.0 *
hang up
log: tls result=fail
log: disconnect *
