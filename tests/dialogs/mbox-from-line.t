# A `From ` line of a mailbox file is no field: all from there is body. (DESIGN.md 3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: From a@office.example Mon Mar  3 10:00:00 2025
C: To: b@away.example
C: 
C: text
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example
body: From a@office.example Mon Mar  3 10:00:00 2025
body: To: b@away.example
body: 
body: text
