# A text that begins with no field is all body, and a header of our own stands before it. (DESIGN.md 3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: This is no field
C: To: evil@away.example
C: 
C: text
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example
has: Received: *
has: Date: *
body: This is no field
body: To: evil@away.example
body: 
body: text
