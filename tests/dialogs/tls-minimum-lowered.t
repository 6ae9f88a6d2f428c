# tls_minimum = 1.0 lets in the old printer that knows no more. (DESIGN.md 4)
settings: tls_minimum = 1.0
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.0
hello
log: tls result=ok version=TLSv1* cipher=* bits=*
