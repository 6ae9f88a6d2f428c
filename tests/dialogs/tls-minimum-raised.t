# tls_minimum = 1.3 refuses a client of TLS 1.2. (DESIGN.md 4)
settings: tls_minimum = 1.3
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.2 fails
log: tls result=fail reason=*
log: disconnect *
