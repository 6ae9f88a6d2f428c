# A sendmail that cannot be started is 451, and the log says which and why. (RFC 5321 4.2.5)
settings: networks = 127.0.0.1
settings: sendmail = /nonexistent/sendmail
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 451 4.3.0 *
log: relay status=unstarted code=451 words=*/nonexistent/sendmail*
