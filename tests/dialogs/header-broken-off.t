# The first line that is neither field nor continuation begins the body. (DESIGN.md 3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: Subject: cut
C: no field at all
C: Bcc: evil@away.example
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example
has: To: b@away.example
has: Subject: cut
body: no field at all
body: Bcc: evil@away.example
