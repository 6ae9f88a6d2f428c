# A browser that talks HTTP to this port is let go at once: what it posts reaches nobody. (RFC 5321 3.8)
alone
settings: networks = 127.0.0.1
S: 220 office.example *
C: POST / HTTP/1.1
C: Host: office.example:587
C: Content-Type: text/plain
C: 
C: EHLO client.example
C: MAIL FROM:<a@office.example>
S: 500 5.5.2 *
S: closed
log: foreign value=*http*
log: disconnect reason=foreign
log not: mail *
