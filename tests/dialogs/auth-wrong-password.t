# A wrong password and an unknown name get the same reply, and may not relay. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice\0sesame-wrong}
S: 535 5.7.8 Wrong name or password
C: AUTH PLAIN {base64 \0nobody-here\0sesame-open}
S: 535 5.7.8 Wrong name or password
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
log: auth result=fail mechanism=PLAIN user=alice reason=wrong
log: auth result=fail mechanism=PLAIN user="?" reason=unknown
log: refused code=530
log not: nobody-here
