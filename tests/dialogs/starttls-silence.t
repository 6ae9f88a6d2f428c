# A client that stops in the handshake is not waited for longer than for a login. (DESIGN.md 4)
settings: login_timeout = 1s
tls
C: STARTTLS
S: 220 2.0.0 *
S: closed
waited: 0.8
log: disconnect reason=timeout stage=tls
