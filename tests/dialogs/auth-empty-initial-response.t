# `=` is an empty initial response, not an absent one: PLAIN cannot be empty. (RFC 4954 4)
account: alice sesame-open
C: AUTH PLAIN =
S: 5* 5.*
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
