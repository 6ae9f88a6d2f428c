# What was said before TLS is forgotten: the client has to say EHLO again. (RFC 3207 4.2)
settings: networks = 127.0.0.1
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
C: MAIL FROM:<a@office.example>
S: 503 5.5.1 *
hello
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
