# STARTTLS has no arguments. (RFC 3207 4)
tls
C: STARTTLS x
S: 501 5.5.4 *
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
