# Received says ESMTP after EHLO, ESMTPA after a login. (RFC 3848)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
has: *with ESMTPA id *
log: mail rule=login
log: relay rule=login user=alice
