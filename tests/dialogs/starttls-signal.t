# A service that is stopped says so in TLS, and closes it. (RFC 5321 3.8)
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
signal: TERM
S: 421 4.3.2 *
S: closed
log: tls result=ok
log: disconnect *
