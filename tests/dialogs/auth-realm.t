# A bare name is completed by `realm`; name@realm is the same account. (DESIGN.md 4)
settings: realm = office.example
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice@office.example\0sesame-open}
S: 235 2.7.0 *
log: auth result=ok user=alice@office.example
