# After an accepted MAIL only command_timeout counts. (DESIGN.md 4)
settings: networks = 127.0.0.1
settings: login_timeout = 1s
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
wait 1.5
C: RSET
S: 250 2.0.0 *
wait 0.3
C: NOOP
S: 250 2.0.0 *
