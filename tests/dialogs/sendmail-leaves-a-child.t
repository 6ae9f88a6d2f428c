# A child that holds sendmail's output open delays no reply, and may finish. (DESIGN.md 3)
settings: networks = 127.0.0.1
sendmail: stay
sendmail: say queued
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
delivered: *
log: relay status=0 code=250 words=queued
