# A NUL within a command is refused, and hides nothing behind it. (RFC 5321 4.1.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>\0<b@away.example>
S: 501 5.5.2 *CR LF*
C: NO\0OP
S: 501 5.5.2 *CR LF*
C: \0
S: 501 5.5.2 *CR LF*
C: RCPT TO:<c@away.example>
S: 503 5.5.1 *
