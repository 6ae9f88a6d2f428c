# A percent sign or a bang in the local part is passed as it is, never taken apart here. (RFC 5321 2.3.11)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<victim%third.example@away.example>
S: 250 2.1.5 *
C: RCPT TO:<third.example!victim@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: percent
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- victim%third.example@away.example third.example!victim@away.example
