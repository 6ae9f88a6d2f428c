# The client's time for its next command begins with the answer, however long sendmail took. (DESIGN.md 1.2)
settings: networks = 127.0.0.1
settings: command_timeout = 1s
sendmail: sleep 7
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
C: RSET
S: 250 2.0.0 *
C: QUIT
S: 221 2.0.0 *
S: closed
delivered: *
log: disconnect reason=quit stage=command
