# A login in clear does not outlive STARTTLS: it may have been put there by somebody in between. (RFC 3207 4.2)
account: alice sesame-open
tls
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
C: MAIL FROM:<alice@office.example>
S: 530 5.7.0 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
C: MAIL FROM:<alice@office.example>
S: 250 2.1.0 *
log: auth result=ok user=alice
log: tls result=ok
log: auth result=ok user=alice
log: mail rule=login
