# The rest of a line that was too long is no command. (RFC 5321 4.2.4)
settings: networks = 127.0.0.1
C*4096: x\
C: MAIL FROM:<a@office.example>
S: 500 5.5.*
C*20000: \n\
C: MAIL FROM:<a@office.example>
S: 500 5.5.6 *
C: RCPT TO:<b@away.example>
S: 503 5.5.1 *
