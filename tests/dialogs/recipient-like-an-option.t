# An address that begins with a hyphen would be an option to some sendmails. (SENDMAIL.md 1.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<-oQ/tmp@office.example>
S: 553 5.1.3 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<-t@away.example>
S: 553 5.1.3 *
C: RCPT TO:<"-C/tmp/x"@away.example>
S: 553 5.1.3 *
C: RCPT TO:<--@away.example>
S: 553 5.1.3 *
C: DATA
S: 503 5.5.1 *
