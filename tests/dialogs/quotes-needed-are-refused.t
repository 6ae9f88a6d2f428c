# What needs quotes no sendmail carries safely. (RFC 5321 4.1.2; SENDMAIL.md 1.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<"a b"@office.example>
S: 553 5.1.3 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<"b c"@away.example>
S: 553 5.1.3 *
C: RCPT TO:<"b@c"@away.example>
S: 553 5.1.3 *
C: RCPT TO:<"b\\"c"@away.example>
S: 553 5.1.3 *
C: RCPT TO:<""@away.example>
S: 553 5.1.3 *
C: RCPT TO:<"|/bin/sh"@away.example>
S: 553 5.1.3 *
C: DATA
S: 503 5.5.1 *
