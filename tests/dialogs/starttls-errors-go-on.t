# A client that makes 20 errors is talked to no longer, in TLS too. (RFC 5321 3.8)
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
C*20: BREW tea
S*19: 500 5.5.2 *
S: 500 5.5.2 *
S: 421 4.7.0 *
S: closed
log: disconnect reason=errors
