# BDAT is not offered, and so not served. (RFC 3030 2)
settings: networks = 127.0.0.1
C: BDAT 0 LAST
S: 50* 5.5.*
