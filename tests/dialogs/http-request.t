# A browser that talks HTTP to this port is shown the door before long, and reaches nobody. (RFC 5321 3.8)
alone
S: 220 office.example *
C: POST / HTTP/1.1
C: Host: office.example:587
C: Content-Type: text/plain
C: 
C: MAIL FROM:<a@office.example>
S*4: 50* 5.5.*
S: 503 5.5.1 *
