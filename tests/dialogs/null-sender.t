# The null sender is accepted, and reaches sendmail as an empty argument. (RFC 5321 4.5.5)
settings: networks = 127.0.0.1
C: MAIL FROM:<>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f '' -t
log: mail * sender=""
log: relay sender="" recipients=1
