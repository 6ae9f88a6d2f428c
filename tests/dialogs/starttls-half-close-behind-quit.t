# Who ends his side behind QUIT, without the good-bye of TLS, still gets the replies. (RFC 5321 4.1.1.10)
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
C: NOOP
C: QUIT
half close
S: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
log: disconnect reason=quit
