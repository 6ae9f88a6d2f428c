# A login by a mechanism that is not trusted is a login, but may not relay. (DESIGN.md 4)
settings: trusted_mechanisms = PLAIN
account: alice sesame-open
C: AUTH LOGIN {base64 alice}
S: 334 *
C: {base64 sesame-open}
S: 235 2.7.0 *
C: MAIL FROM:<a@office.example>
S: 550 5.7.1 *
log: auth result=ok mechanism=LOGIN user=alice
log: refused code=550
