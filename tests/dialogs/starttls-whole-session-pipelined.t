# In TLS as in clear a client may write its commands at once. (RFC 2920 3.1)
settings: networks = 127.0.0.1
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
C: EHLO client.example
C: NOOP
C: QUIT
S: 250-office.example*
S*4: 250-*
S: 250 ENHANCEDSTATUSCODES
S: 250 2.0.0 *
S: 221 2.0.0 *
S: closed
