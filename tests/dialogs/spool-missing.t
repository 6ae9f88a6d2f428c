# Without a place for the message DATA is 452, the log says why, and the session goes on. (RFC 5321 4.2.3)
settings: networks = 127.0.0.1
settings: spool = /nonexistent/spool
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 452 4.3.1 *
C: NOOP
S: 250 2.0.0 *
log: error what=*/nonexistent/spool*
