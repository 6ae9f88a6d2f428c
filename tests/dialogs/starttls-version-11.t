# TLS 1.1 is refused unless the settings allow it, and nothing goes on in clear. (RFC 8996)
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.1 fails
log: tls result=fail reason=*
log: disconnect *
