# Without the accounts file a login is 454 4.7.0, and all else is served. (RFC 4954 6)
settings: networks = 127.0.0.1
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 454 4.7.0 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
log: auth result=unavailable mechanism=PLAIN reason=store
