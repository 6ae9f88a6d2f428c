# Date, Message-ID and From are added where they are missing. (RFC 6409 8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: Subject: bare
C: 
C: body
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
has: To: b@away.example
has: Subject: bare
has: Date: *
has: Message-ID: <*@office.example>
has: From: *a@office.example*
body: body
