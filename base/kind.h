/* The kinds of settings: one function for each. `field` is a setting_KIND (base/settings.h) that
 * was zero before its first value; `value` has no blank at its ends, is not empty, and is no longer
 * than SETTINGS_LINE_MAX. Each returns NULL and has filled the field, or what is wrong with the
 * value and what to write instead, in words; then the field holds nothing that may be used. Runs
 * in: smtpd before the fork, and postern. Trusts: nothing; pure. */
#ifndef BASE_KIND_H
#define BASE_KIND_H

const char *kind_HOSTNAME(void *field, const char *value);
const char *kind_PATH(void *field, const char *value);
const char *kind_REALM(void *field, const char *value);
const char *kind_MAILBOX(void *field, const char *value);
const char *kind_SIZE(void *field, const char *value);
const char *kind_COUNT(void *field, const char *value);
const char *kind_RATE(void *field, const char *value);
const char *kind_ITERATIONS(void *field, const char *value);
const char *kind_TIME(void *field, const char *value);
const char *kind_YESNO(void *field, const char *value);
const char *kind_CHOICE(void *field, const char *value);
const char *kind_TLSVERSION(void *field, const char *value);
const char *kind_RECIPIENTS(void *field, const char *value);
const char *kind_PASSWORDS(void *field, const char *value);
const char *kind_LOG(void *field, const char *value);
const char *kind_IDENTITY(void *field, const char *value);

/* Of lists: `word` is one word, which is added to those that the field has. */
const char *kind_NETWORKS(void *field, const char *word);
const char *kind_DOMAINS(void *field, const char *word);
const char *kind_MECHANISMS(void *field, const char *word);
const char *kind_LAYERS(void *field, const char *word);

/* The word for layer `number` of the jail, 0 to LAYERS - 1: that of the bit 1 << number. */
const char *kind_layer(unsigned number);

#endif
