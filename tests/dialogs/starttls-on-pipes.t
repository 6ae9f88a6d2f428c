# Two pipes carry TLS as a socket does. (DESIGN.md 1.1)
account: alice sesame-open
pipes
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
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
has: *with ESMTPSA id {id}
body: text
log: tls result=ok
log: disconnect reason=quit
