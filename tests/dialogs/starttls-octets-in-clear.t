# Octets that are no TLS, put into a connection that is, end it; nothing of them is read. (RFC 8446 5.2)
settings: networks = 127.0.0.1
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
clear: MAIL FROM:<mallory@office.example>\r\n
S: cut
log: tls result=ok
log: disconnect *
log not: mail *
