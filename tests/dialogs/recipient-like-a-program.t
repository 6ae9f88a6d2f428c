# Pipes and files are no recipients. (SENDMAIL.md 1.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<|id@away.example>
S: 553 5.1.3 *
C: RCPT TO:<"|id"@away.example>
S: 553 5.1.3 *
C: RCPT TO:</etc/passwd@away.example>
S: 553 5.1.3 *
C: RCPT TO:<:include:/etc/passwd@away.example>
S: 501 5.1.3 *
C: DATA
S: 503 5.5.1 *
