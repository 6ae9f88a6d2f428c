# tls_minimum = 1.3 serves a client of TLS 1.3. (DESIGN.md 4)
settings: tls_minimum = 1.3
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
log: tls result=ok version=TLSv1.3
