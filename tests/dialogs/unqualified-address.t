# An address without a full domain is refused with a word on what is missing. (RFC 6409 4.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<root>
S: 553 5.1.3 *domain*
C: MAIL FROM:<root@localhost>
S: 553 5.1.3 *domain*
C: MAIL FROM:<root@office.example>
S: 250 2.1.0 *
C: RCPT TO:<alice>
S: 553 5.1.3 *domain*
C: RCPT TO:<alice@office>
S: 553 5.1.3 *domain*
C: RCPT TO:<postmaster@>
S: 501 5.1.3 *
