# PLAIN with an initial response logs in, and the login may relay. (RFC 4954 4, RFC 4616 2)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: MAIL FROM:<alice@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: text
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f alice@office.example -t
body: text
log: auth result=ok mechanism=PLAIN user=alice
log: mail rule=login
log: relay rule=login user=alice status=0
