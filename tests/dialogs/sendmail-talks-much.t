# Of what sendmail says only the beginning is logged, escaped, and none reaches the client. (DESIGN.md 3, 4)
settings: networks = 127.0.0.1
sendmail: say 250 forged "quote" \ end
sendmail: exit 75
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
delivered: *
log: relay status=75 words="250 forged \x22quote\x22 \x5c end"
