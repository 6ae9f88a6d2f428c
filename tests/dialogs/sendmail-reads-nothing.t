# A sendmail that reads nothing and says 0 is believed: nobody waits for it to read. (DESIGN.md 3)
settings: networks = 127.0.0.1
sendmail: unread
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C*3000: 0123456789012345678901234567890123456789
C: .
S: 250 2.0.0 *
delivered: *
log: relay status=0 code=250
