# <Postmaster> needs no domain, in any case of letters: it is this host's. (RFC 5321 4.5.1)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<Postmaster>
S: 250 2.1.5 *
C: RCPT TO:<POSTMASTER>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: help
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- postmaster@office.example
