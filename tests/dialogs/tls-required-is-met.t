# tls_required: in TLS all is served. (RFC 3207 4)
settings: tls_required = yes
account: alice sesame-open
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
C: VRFY alice
S: 252 2.5.0 *
hello
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: RSET
S: 250 2.0.0 *
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
