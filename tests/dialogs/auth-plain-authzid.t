# An authorisation identity that is the login itself is the same as none; another is refused. (RFC 4616 2)
account: alice sesame-open
account: bob sesame-shut
C: AUTH PLAIN {base64 bob\0alice\0sesame-open}
S: 5* 5.7.*
C: AUTH PLAIN {base64 alice\0alice\0sesame-open}
S: 235 2.7.0 *
log: auth result=fail
log: auth result=ok user=alice
