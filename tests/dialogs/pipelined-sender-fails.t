# When MAIL is refused, all behind it in the group is refused too. (RFC 2920 3.1)
settings: networks = 192.0.2.1
C: MAIL FROM:<a@office.example>
C: RCPT TO:<b@away.example>
C: DATA
S: 530 5.7.0 *
S: 503 5.5.1 *
S: 503 5.5.1 *
