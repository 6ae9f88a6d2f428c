# A proof that proves nothing, without the server's nonce: the same end for an account and for nobody. (RFC 5802 5)
account: alice sesame-open
C: AUTH SCRAM-SHA-256 {base64 n,,n=alice,r=rOprNGfwEbeRWgbNEkqO}
S: 334 *
C: {base64 c=biws,r=rOprNGfwEbeRWgbNEkqO,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}
S: 535 5.7.8 Wrong name or password
C: AUTH SCRAM-SHA-256 {base64 n,,n=nobody-here,r=rOprNGfwEbeRWgbNEkqO}
S: 334 *
C: {base64 c=biws,r=rOprNGfwEbeRWgbNEkqO,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}
S: 535 5.7.8 Wrong name or password
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
log: auth result=fail mechanism=SCRAM-SHA-256 user=alice reason=mechanism
log: auth result=fail mechanism=SCRAM-SHA-256 user="?" reason=unknown
log not: nobody-here
