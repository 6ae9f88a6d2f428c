# An address literal is understood and refused. (RFC 5321 4.1.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@[192.0.2.1]>
S: 553 5.1.3 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@[192.0.2.1]>
S: 553 5.1.3 *
C: RCPT TO:<b@[IPv6:2001:db8::1]>
S: 553 5.1.3 *
