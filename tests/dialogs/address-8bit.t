# A non-ASCII address is 553 5.6.7 where SMTPUTF8 is not offered. (RFC 6531 3.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<j\xc3\xbcrgen@office.example>
S: 553 5.6.7 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@b\xc3\xbccher.example>
S: 553 5.6.7 *
