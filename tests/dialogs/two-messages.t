# Two messages of one connection each have their own file, envelope and Message-ID. (RFC 5321 3.3)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: a rather long first text that must not shine through
C: .
S: 250 2.0.0 *
C: MAIL FROM:<c@office.example>
S: 250 2.1.0 *
C: RCPT TO:<d@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: d@away.example
C: 
C: short
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
body: a rather long first text that must not shine through
delivered: -i -oeq -f c@office.example -t
has not: *b@away.example*
body: short
