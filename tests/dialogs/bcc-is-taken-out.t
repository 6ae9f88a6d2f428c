# Bcc never reaches a recipient, whatever its spelling and however it is folded. (RFC 5322 3.6.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: RCPT TO:<secret@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: Bcc: secret@away.example,
C:  secret2@away.example
C: bCC : secret3@away.example
C: Resent-Bcc: secret4@away.example
C: Subject: blind
C: 
C: Bcc: this is text
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example secret@away.example
has: To: b@away.example
has: Subject: blind
has not: *secret*
body: Bcc: this is text
