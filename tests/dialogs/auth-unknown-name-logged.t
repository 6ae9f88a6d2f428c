# Names that are no account are logged only where log_unknown_users says so. (DESIGN.md 4)
settings: log_unknown_users = yes
account: alice sesame-open
C: AUTH PLAIN {base64 \0nobody-here\0sesame-open}
S: 535 5.7.8 *
log: auth result=fail mechanism=PLAIN user=nobody-here reason=unknown
