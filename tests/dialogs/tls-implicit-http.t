# A browser in clear at the port of -s is no TLS client, and is not answered. (RFC 8314 3.3)
implicit tls
wait 0
C: GET / HTTP/1.1
C: Host: office.example
C: 
handshake fails
log: tls result=fail reason=*
log: disconnect *
