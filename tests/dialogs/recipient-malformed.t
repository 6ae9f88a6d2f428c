# What is no path is 501; a MAIL that is none is 501 too, each with its code. (RFC 5321 4.1.2, RFC 3463)
settings: networks = 127.0.0.1
C: MAIL FROM:a@office.example>
S: 501 5.1.7 *
C: MAIL FROM:<a@office.example
S: 501 5.1.7 *
C: MAIL <a@office.example>
S: 501 5.*
C: MAIL
S: 501 5.*
C: MAIL FROM
S: 501 5.*
C: MAIL FROM:<a b@office.example>
S: 501 5.1.7 *
C: MAIL FROM:<a@@office.example>
S: 501 5.1.7 *
C: MAIL FROM:<a..b@office.example>
S: 5* 5.1.*
C: MAIL FROM:<.a@office.example>
S: 5* 5.1.*
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:b@away.example
S: 501 5.1.3 *
C: RCPT TO:<b@away.example><c@away.example>
S: 5* 5.*
C: RCPT TO:<b@away..example>
S: 5* 5.1.3 *
C: RCPT TO:<@away.example>
S: 501 5.1.3 *
C: RCPT TO:<b@>
S: 501 5.1.3 *
C: RCPT FROM:<b@away.example>
S: 501 5.*
C: DATA
S: 503 5.5.1 *
