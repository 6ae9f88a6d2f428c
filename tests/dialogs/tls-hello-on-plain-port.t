# A TLS client hello on a port without TLS is one bad line. (RFC 8314 3.3)
alone
S: 220 office.example *
C: \x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03junk
S: 501 5.5.2 *CR LF*
C: NOOP
S: 250 2.0.0 *
