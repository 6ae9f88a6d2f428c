# A port scan of -s leaves one line. (RFC 8314 3.3)
implicit tls
wait 0
hang up
log: tls result=fail
log: disconnect *
