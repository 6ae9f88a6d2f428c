# A message of the null sender without From gets one that is no address of a person. (RFC 5322 3.6)
settings: networks = 127.0.0.1
C: MAIL FROM:<>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: bounce
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f '' -- b@away.example
has: Subject: bounce
has not: From: <>
