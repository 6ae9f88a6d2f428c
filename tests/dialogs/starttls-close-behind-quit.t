# close_notify right behind QUIT is no hurry: the replies come, then the server's own. (RFC 8446 6.1)
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.3
C: NOOP
C: QUIT
close tls
S: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
log: disconnect reason=quit
