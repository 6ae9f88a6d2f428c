# A command in clear at the port of -s is not answered in clear. (RFC 8314 3.3)
implicit tls
wait 0
C: EHLO client.example
handshake fails
log: tls result=fail reason=*
log: disconnect *
