# A blank behind FROM: or TO: is no syntax of SMTP; the reply shows the right form. (RFC 5321 3.3)
settings: networks = 127.0.0.1
C: MAIL FROM: <a@office.example>
S: 501 5.1.7 *MAIL FROM:<*
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO: <b@away.example>
S: 501 5.1.3 *RCPT TO:<*
