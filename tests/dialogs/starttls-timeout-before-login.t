# login_timeout holds in TLS as it does in clear. (DESIGN.md 4)
settings: login_timeout = 1s
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
S: 421 4.4.2 *
S: closed
log: disconnect reason=timeout
