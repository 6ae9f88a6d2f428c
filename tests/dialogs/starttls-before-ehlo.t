# STARTTLS is taken before any EHLO. (RFC 3207 4)
tls
S: 220 office.example *
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
