# The same account by its bare name; another realm is another account. (DESIGN.md 4)
settings: realm = office.example
account: alice sesame-open
C: AUTH PLAIN {base64 \0alice@away.example\0sesame-open}
S: 535 5.7.8 *
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 235 2.7.0 *
log: auth result=fail
log: auth result=ok user=alice@office.example
