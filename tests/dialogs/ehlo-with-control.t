# A name with control characters is refused, and names nobody. (RFC 5321 4.1.2)
alone
S: 220 office.example *
C: EHLO a\x01b
S: 50* 5.5.*
C: MAIL FROM:<a@office.example>
S: 503 5.5.1 *
