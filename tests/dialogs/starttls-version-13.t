# A client of TLS 1.3 is served, and the log says so. (RFC 8314 4.1)
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.3
hello
log: tls result=ok version=TLSv1.3 cipher=TLS_* bits=*
