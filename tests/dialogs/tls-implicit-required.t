# tls_required is met by -s. (RFC 8314 3.3)
settings: tls_required = yes
settings: networks = 127.0.0.1
implicit tls
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
