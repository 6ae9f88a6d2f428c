# Received says ESMTPSA and tells cipher and version after TLS and a login. (RFC 3848, RFC 8314 4.3)
account: alice sesame-open
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.3
hello
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
has: Received: from client.example ([127.0.0.1])
has: \tby office.example (Postern) with ESMTPSA id {id}
has: \ttls TLS_* (TLS 1.3);
has: \t*, * +*
body: text
log: tls result=ok version=TLSv1.3 cipher=TLS_* bits=*
log: auth result=ok mechanism=PLAIN user=alice
log: mail rule=login
log: relay rule=login user=alice status=0
