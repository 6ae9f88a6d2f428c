# A client of TLS 1.2 is served, and the log says so. (RFC 8314 4.1)
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.2
hello
log: tls result=ok version=TLSv1.2 cipher=* bits=*
