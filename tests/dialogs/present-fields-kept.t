# Fields that are there are left as they are, in whatever case of letters. (RFC 6409 8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: DATE: yesterday
C: message-id: <x>
C: FROM: somebody
C: 
C: body
C: .
S: 250 2.0.0 *
delivered: *
has: DATE: yesterday
has: message-id: <x>
has: FROM: somebody
has not: Date: *
has not: Message-ID: *
has not: From: *
