# A NUL within a command is refused, and hides nothing behind it. (RFC 5321 4.1.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>\0<b@away.example>
S: 500 5.5.2 *
C: NO\0OP
S: 500 5.5.2 *
C: \0
S: 500 5.5.2 *
C: RCPT TO:<c@away.example>
S: 503 5.5.1 *
