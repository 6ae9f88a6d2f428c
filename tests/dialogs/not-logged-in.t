# Who may not relay is told at MAIL to log in. (RFC 6409 4.3, RFC 4954 6)
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
C: RCPT TO:<b@away.example>
S: 503 5.5.1 *
log: refused code=530 sender=a@office.example
