# <> is no recipient. (RFC 5321 4.1.1.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<>
S: 501 5.1.3 *
