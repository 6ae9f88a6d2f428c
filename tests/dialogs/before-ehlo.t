# NOOP, RSET, VRFY and HELP need no EHLO; MAIL, RCPT, DATA and AUTH do. (RFC 5321 4.1.4)
settings: networks = 127.0.0.1
alone
S: 220 office.example *
C: NOOP
S: 250 2.0.0 *
C: RSET
S: 250 2.0.0 *
C: VRFY someone
S: 252 2.5.0 *
C: HELP
S*12: 214-2.0.0 *
S: 214 2.0.0 *
C: MAIL FROM:<a@office.example>
S: 503 5.5.1 *EHLO*
C: RCPT TO:<a@office.example>
S: 503 5.5.1 *
C: DATA
S: 503 5.5.1 *
C: AUTH PLAIN =
S: 503 5.5.1 *
