# Half a command is none. (RFC 5321 2.3.8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>\
hang up
log: disconnect reason=hangup stage=command
log not: mail id=
